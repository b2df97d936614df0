import { expect, it } from 'vitest';

import type { Stage } from '../../domain/failures/step-output.ts';
import { classify } from './classify.ts';

it.each<[name: string, stage: Stage, output: string]>([
  ['cartc', 'compile', 'Can\'t exec "cartc": No such file or directory at Makefile.PL line 25.'],
  ['cartc', 'compile', 'unshare: failed to execute cartc: No such file or directory'],
  ['cartc', 'compile', 'E: Failed to execute “cartc”: No such file or directory'],
  ['cartc', 'test', '> Cannot run program "cartc": error=2, No such file or directory'],
  ['cartc', 'install', 'Invalid gemspec in [till.gemspec]: No such file or directory - cartc'],
  ['git', 'test', 'E ImportError: Bad git executable'],
  ['Cart', 'compile', 'till.build:13:0: ERROR: Cart program not found.'],
  ['cartc', 'compile', "till.build:39:2: ERROR: Program(s) ['cartc'] not found or not executable"],
  ['assembler', 'compile', 'Found no assembler\nMinimum version is 2.1'],
  ['JavaScript runtime', 'compile', 'ExecJS::RuntimeUnavailable: Could not find a JavaScript runtime.'],
  ['cart', 'compile', 'checking for CART... configure: error: Package requirements (cart >= 3) were not met:'],
  [
    'cart-1.0',
    'compile',
    "till.build:84:0: ERROR: Invalid version of dependency, need 'cart-1.0' ['>= 1.24.0'] found '1.22.0'.",
  ],
  ['cart-2.91', 'compile', "Requested 'cart-2.91 >= 0.59.0' but version of cart is 0.58.2"],
  ['cart2', 'compile', "configure: error: x86_64-pkg-config cart2 couldn't be found"],
  ['pkgconf', 'compile', 'configure: error: "Cannot check for existence of module cart without pkgconf"'],
  ['libcart0.8', 'compile', 'configure: error: libcart0.8 or greater is required to compile till.'],
  ['Cartconf', 'compile', 'till.ac:13: error: Cartconf version 2.71 or higher is required'],
  ['libcart', 'compile', 'configure: error: libcart 0.57 not found'],
  ['gnu cart', 'compile', 'configure: error: Please install gnu cart from https://cart.example.org/'],
  ['AX_CHECK_CART', 'compile', 'till.in:1802: error: possibly undefined macro: AX_CHECK_CART'],
  [
    'PKG_CHECK_MODULES',
    'compile',
    "./configure: line 23: syntax error near unexpected token `CART,'\n./configure: line 23: `PKG_CHECK_MODULES(CART, cart >= 3.7.1)'",
  ],
  ['Cart.rsp', 'compile', "Error: building it failed\n  vignette builder 'Cart.rsp' not found"],
  ['cart.utils', 'compile', '  namespace ‘cart.utils’ 1.13-0 is already loaded, but >= 1.15.0 is required'],
  ['Cart', 'compile', 'Error: package ‘Cart’ 1.52.0 was found, but >= 1.53.1 is required by ‘Till’'],
  ['Cart::Util', 'compile', 'Cart::Util version 1.56 required--this is only version 1.55 at lib/Till.pm line 8.'],
  ['Cart::Depends', 'compile', '- Cart::Depends         ...missing. (would need 0.302)'],
  ['Cart::Bundle', 'compile', "Required plugin bundle Cart::Bundle isn't installed."],
  ['Cart::Plugin', 'compile', 'Cart::Plugin (for section -Cart) does not appear to be installed'],
  ['CartDesktop', 'test', 'ValueError: Namespace CartDesktop not available'],
  ['cartython', 'compile', 'RuntimeError: cartython is missing'],
  [
    'cart-runner',
    'install',
    "distutils.errors.DistutilsError: Could not find suitable distribution for Requirement.parse('cart-runner')",
  ],
  [
    'org.shop:cart-plugin',
    'compile',
    '[ERROR] Plugin org.shop:cart-plugin:3.10.1 or one of its dependencies could not be resolved: Failed to read artifact descriptor',
  ],
  [
    'cartc',
    'test',
    '  File "/usr/lib/python3.9/subprocess.py", line 1823, in _execute_child\n    raise child_exception_type(errno_num, err_msg, err_filename)\nFileNotFoundError: [Errno 2] No such file or directory: \'cartc\'',
  ],
  ['zcart', 'compile', 'CMake Error at CMakeLists.txt:213 (message):\n  could not find zcart'],
  ['cartc', 'test', '/build/project/tests/cart-suite: 7: cartc: not found'],
])('a build asks for %s', (name, stage, output) => {
  const { failureClass, context } = classify(stage, output);
  expect([failureClass, context.package]).toEqual(['dependency_missing', name]);
});

it.each([
  [
    "  File \"/build/project/cart.py\", line 3, in <module>\n    open('cart')\nFileNotFoundError: [Errno 2] No such file or directory: 'cart'",
    'unknown',
  ],
  ["./build.sh: line 3: syntax error near unexpected token `fi'\n./build.sh: line 3: `fi'", 'compile_error'],
  ['CMake Error at CMakeLists.txt:213 (message):\n  The cart is too full', 'compile_error'],
])('and for nothing where a file, a shell or a project speaks of itself: %s', (output, failureClass) => {
  expect(classify('compile', output).failureClass).toBe(failureClass);
});
