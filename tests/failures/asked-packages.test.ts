import { describe, expect, it } from 'vitest';

import type { Stage } from '../../domain/failures/step-output.ts';
import { classify } from './classify.ts';

describe('the package that is asked for', () => {
  it.each<[name: string, stage: Stage, output: string]>([
    [
      'org.shop:till',
      'install',
      "> Dependency verification failed for configuration ':all':\n    - On artifact till-1.0.jar (org.shop:till:1.0) in repository 'Shop': checksum is missing",
    ],
    [
      'Shop.Till',
      'install',
      'Shop.csproj : error NU1605:\n      Warning As Error: Detected package downgrade: Shop.Till from 2.0.0 to 1.0.0.',
    ],
    ['org.shop:till', 'install', '[ivy:retrieve] \t\t[NOT FOUND  ] org.shop#till;4.5.13!till.jar (2ms)'],
    ['hscript', 'compile', 'source/State.hx:20: characters 7-19 : Type not found : hscript.Expr'],
    [
      'shopfmt',
      'lint',
      'Project should be formatted using shopfmt version "0.24.1", but the installed version is "0.26.1"',
    ],
    ['Shop/Till', 'install', 'No available version for github "Shop/Till" satisfies the requirement: == 0.3.0'],
    ['shopper', 'compile', 'This means that your shopper (2.21) and shoplib (3.19) versions are incompatible.'],
    [
      'Hugo',
      'compile',
      'Error: failed to transform it. Check your Hugo installation; you need the extended version to build it',
    ],
    ['shop:till', 'install', 'No match for dependency shop:till 0.0.2 of app'],
    [
      'shop/till',
      'install',
      "UnknownPackageError: Could not find the package with 'shop/till @ ^1.2.1' requirements for your system",
    ],
    ['SHOP CLI', 'compile', 'This SHOP CLI is not compatible with the SHOP library used by your application.'],
    ['pg_shop', 'install', 'pg_shop: error: aborting because of server version mismatch'],
    ['git-cvs', 'install', 'The following packages have unmet dependencies:\n git-cvs : Depends: git (< 1:2.25.1-.)'],
    [
      'rails-cart',
      'install',
      'Because rails-cart >= 1.1.5 depends on rails >= 4.2.0\n  and Gemfile depends on rails = 7.0.0,\n  version solving has failed.',
    ],
    ['SHOP-CART', 'compile', 'Component :SHOP-CART not found, required by #<SYSTEM "till">'],
    [
      'cart',
      'install',
      '[__1] next goal: cart (dependency of till)\n[__1] rejecting: cart-4.13.0.0/installed (conflict: till => cart<4)',
    ],
    ['shopc', 'compile', "The program 'shopc' is currently not installed. It can be."],
    ['xcrun', 'push', 'xcrun: error: invalid active developer path (/Library/Tools), missing xcrun'],
    ['ShopDriver', 'test', 'Message: session not created: This version of ShopDriver only supports Shop version 121'],
    [
      'Cart',
      'install',
      'In the dependencies for till-3.4:\n    Cart-3.2.1.0 from stack configuration does not match ==3.4.*',
    ],
    ['cart-fe.h', 'install', "checking for cart-fe.h... no\nCan't find the 'cart-fe.h header"],
    ['CART', 'install', 'Error: Failed installing dependency: till - Could not find header file for CART'],
    ['cart32', 'install', "ERROR: Requirement 'cart32/[>=1.0 <2.0]' not in lockfile"],
    ['cart-regex', 'install', 'error: version conflict on cart-regex:x64-windows:  required 1.75.0'],
    ['cart', 'install', 'ERROR: Version conflict: intro/1.0->cart/1.1, game/1.0->cart/1.0.'],
    ['foocart', 'install', "Couldn't solve the formula.\nThe following packages couldn't be found: foocart"],
    ['NDK', 'compile', '* What went wrong:\n> NDK not configured.'],
    ['org.shop:cart', 'compile', '   > Could not find any version that matches org.shop:cart:22.0.+.'],
    ['libcart', 'compile', './configure: cannot find libcart'],
    ['Carter', 'compile', '../carter.build:1:0: ERROR: Carter version is 0.56.2 but project requires >= 0.57.0'],
    [
      'cartwheel',
      'install',
      'Because all versions of cartwheel need to be downloaded from a registry and you require cartwheel',
    ],
    [
      'cartwheel',
      'install',
      "error: Package `cartwheel` can't be installed because it doesn't have a wheel for this platform",
    ],
    ['cart-dev', 'install', '[ERROR] These packages are still missing: cart-dev'],
    [
      'carttest',
      'test',
      "Plugin 'cart.loop' could not be loaded: (carttest 3.10.1 (/opt/packages), Requirement.parse('carttest>=4.4.0'))!",
    ],
    ['shop/cart', 'install', "Error while installing shop/cart v2.1.0: the package doesn't match any of the checksums"],
    [
      'shop/cart',
      'install',
      '  Problem 1\n    - The requested package shop/cart 4.4@dev exists as shop/cart[2.7.x-dev] but these are rejected.',
    ],
    ['CartKit', 'install', '[!] CocoaPods could not find compatible versions for pod "CartKit":'],
    [
      'cart-policy',
      'install',
      'Error: Package: till-1.2.13.el7.x86_64 (shop)\n           Requires: cart-policy >= 2:2.74',
    ],
    [
      'mcart',
      'install',
      "hash mismatch in fixed-output derivation '/nix/store/mczhz828q733skd0qh37cccwn3xrjl7j-mcart-0.5.0-vendor.tar.gz':",
    ],
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
  ])('%s', (name, stage, output) => {
    const { failureClass, context } = classify(stage, output);
    expect([failureClass, context.package]).toEqual(['dependency_missing', name]);
  });
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
