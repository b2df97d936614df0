import type { FailureClass } from './failure-class.ts';

/** Names of tools by what they usually complain of, in lower case and parted by blanks. */
export const toolNames: readonly (readonly [FailureClass, string])[] = [
  [
    'lint_error',
    `
      eslint oxlint biome prettier stylelint standard xo tslint jshint jscs rslint dprint black ruff flake8 pylint
      isort pycodestyle pydocstyle pyflakes bandit autopep8 yapf vulture radon pylama rubocop standardrb reek erblint
      haml-lint slim-lint brakeman fasterer phpcs php-cs-fixer phpmd psalm-taint phpstan larastan pint golangci-lint
      golint revive staticcheck go-vet vet gofmt goimports gofumpt gosec errcheck clippy cargo-clippy rustfmt
      cargo-fmt cargo-deny cargo-audit checkstyle pmd spotbugs spotless ktlint detekt errorprone scalafmt scalafix
      scapegoat wartremover swiftlint swiftformat swift-format shellcheck shfmt hadolint yamllint actionlint
      markdownlint markdownlint-cli2 remark textlint vale alex write-good cspell codespell typos commitlint rstcheck
      restructuredtext-lint doc8 esvalidate validate-pyproject dependency-cruiser knip madge depcheck import-linter
      sqlfluff sqlfmt hlint ormolu fourmolu stylish-haskell credo dialyxir luacheck selene stylua clang-tidy
      clang-format cppcheck cpplint cmake-format cmakelint buildifier buf-lint spectral vacuum redocly tflint tfsec
      checkov trivy semgrep gitleaks trufflehog detect-secrets dotnet-format csharpier fantomas elm-format elm-review
      elm-analyse nixpkgs-fmt statix deadnix perlcritic perltidy lintr styler jsonlint ajv-lint editorconfig-checker
      ls-lint htmlhint html-validate djlint curlylint pug-lint svelte-lint sass-lint scss-lint stylelint ansible-lint
      kube-linter kubeval kubeconform helm-lint puppet-lint foodcritic cookstyle salt-lint terraform-fmt deno-lint
      deno-fmt dart-format nimpretty erlfmt elvis rebar3-lint ameba mix-format zig-fmt crystal-format solhint slither
      lychee proselint gherkin-lint dotenv-linter taplo rumdl mdformat pylint3 squawk yamlfix pyupgrade pycln darglint
      docstr-coverage interrogate pydoclint flakeheaven flakehell wemake-python-styleguide pyroma check-manifest
      blacken-docs docformatter fixit refurb perflint eradicate mccabe xenon safety pip-audit dodgy prospector ssort
      usort reorder-python-imports add-trailing-comma curlint eslint-d quick-lint-js jsonlint-cli prettierd
      prettier-eslint dclint eclint lockfile-lint sort-package-json npm-package-json-lint package-json-validator
      syncpack manypkg type-coverage unimported ts-prune ts-unused-exports attw-lint license-check-and-add
      eslint-plugin es-check secretlint git-secrets talisman noseyparker ggshield nosey lint-staged-lint gitlint
      git-lint conform committed cz-lint cocogitto conventional-commits linkinator markdown-link-check mlc lycheeverse
      markuplint pymarkdown mdl remark-cli textlint-cli ltex write-good-cli misspell woke inclusivelint hunspell
      aspell pyspelling dictionary-linter rstlint rst-lint sphinx-lint doc8-cli asciidoc-linter vale-cli stylelint-cli
      doiuse csslint purgecss lesshint sasslint htmllint html-tidy tidy nu-validator vnu linthtml webhint pa11y axe
      lighthouse jsonschema-lint taplo-lint tombi toml-sort yaml-lint yq-lint prettier-plugin dockerfilelint dockle
      docker-bench kubelinter kube-score polaris kubesec datree pluto conftest opa-fmt regal rego-lint tfsec-lint
      terrascan terraform-docs-lint cfn-lint cfn-nag cdk-nag bicep-lint arm-ttk ansible-later puppet-lint-cli
      salt-lint-cli bashate checkbashisms beautysh shellharden zizmor ghalint pinact poutine sqlint sql-lint sqlcheck
      sqruff pgsanity pgformatter sql-formatter atlas-lint squawk-cli graphql-eslint graphql-schema-linter buf-format
      protolint prototool-lint api-linter openapi-lint speccy redocly-lint zally ibm-openapi-validator lint-openapi
      asyncapi-lint clippy-driver cargo-machete cargo-udeps cargo-sort cargo-spellcheck cargo-geiger rustfmt-check
      dylint gocritic gocyclo gocognit ineffassign deadcode dupl goconst misspell-go unparam unconvert nakedret
      prealloc bodyclose golines gci wsl nilaway varcheck structcheck gosimple stylecheck asmcheck govulncheck nancy
      detekt-cli ktfmt diktat infer google-java-format palantir-java-format fb-contrib sonarlint sonar-scanner pmd-cpd
      cpd jdeprscan revapi-lint archunit scalastyle codenarc npm-groovy-lint swiftlint-cli periphery oclint clazy
      include-what-you-use iwyu vera nsiqcppstyle uncrustify astyle indent flawfinder rats splint cppclean cpplint-cli
      flint lizard pmccabe cccc frama-c cmake-lint gersemi fprettify fortls fortitude ruff-format phan-lint phplint
      parallel-lint php-parallel-lint phpinsights rector ecs easy-coding-standard phpcbf psalm-lint deptrac
      composer-normalize composer-require-checker composer-unused security-checker progpilot twigcs twig-lint
      slim-check rails-best-practices rubycritic flay flog bundler-audit bundle-audit ruby-lint erb-lint
      htmlbeautifier rufo syntax-tree dawnscanner credo-cli sobelow doctor-elixir boundary-elixir erlfmt-check xref
      dialyzer gleam-format cljfmt clj-kondo eastwood kibit joker zprint splint-clj lein-cljfmt jfmt stan-haskell
      weeder fourmolu-check brittany floskell hindent apply-refact ocamlformat ocp-indent purs-tidy purty elm-verify
      nph nimlint zlint v-fmt dfmt dscanner luaformatter lua-format fennel-format perlimports podchecker pod-checker
      perlvars rlint formatR julia-format juliaformatter lintr-cli alejandra nixfmt nixpkgs-lint nil-lint deadnix-cli
      swift-lint dart-fix dart-code-metrics custom-lint pana solium prettier-solidity solhint-cli wake mythril aderyn
      cairo-fmt move-lint vyper-lint verible verilator-lint vsg svlint robocop robotidy gherkin-lint-cli gherlint
      xmllint-style xml-lint editorconfig ls-lint-cli filename-linter codeclimate megalinter super-linter trunk
      pre-commit lefthook-lint overcommit licenseheaders addlicense license-eye reuse-lint hawkeye typos-cli
      crate-ci-typos cspell-cli proselint-cli
    `,
  ],
  [
    'compile_error',
    `
      tsc vue-tsc tsgo svelte-check astro-check flow mypy pyright basedpyright pyre pytype ty pyrefly sorbet steep rbs
      psalm phan javac ecj kotlinc scalac groovyc csc fsc vbc msbuild rustc gcc g++ cc c++ clang clang++ cl ld lld
      gfortran gnat go-build go-compile cargo-build cargo-check make cmake ninja meson bazel buck swiftc swift
      swift-build xcodebuild ghc cabal stack ocaml ocamlc ocamlopt dune elm dart-compile dart-analyze flutter-analyze
      zig nim crystal v odin d dmd ldc erlc elixirc mix-compile rebar3 gleam purs spago coffee babel swc esbuild
      rollup vite webpack rspack parcel turbopack next nuxt remix astro sveltekit gatsby ng metro rolldown tsup
      unbuild sass less postcss tailwindcss protoc thrift flatc buf-build terraform terraform-validate tofu pulumi
      helm kustomize docker-build latex pdflatex luac java-compile solc forge-build vyper hardhat-compile nasm yasm
      verilator iverilog ghdl openscad prisma-validate graphql-codegen asciidoctor mdx cython nvcc deno-check dtsc
      civet msgfmt glint hegel typescript rslib rsbuild farm microbundle tsdx wmr snowpack brunch fusebox fuse-box pkgroll bunchee
      bunup tsdown obuild vite-build next-build nuxi qwik solid-start remix-build gridsome eleventy hugo jekyll hexo
      vuepress vitepress docusaurus storybook-build stencil lit-build marko ember-cli aurelia preact-cli expo
      electron-builder electron-forge tauri ncc pkg nexe node-gyp prebuild napi neon wasm-pack wasm-bindgen emcc
      emscripten assemblyscript asc as-pect haxe rescript bsc reason bucklescript melange js-of-ocaml fable
      clojurescript shadow-cljs cljs figwheel purescript idris idris2 agda coqc coq lean lake isabelle fstar dafny tlc
      alloy z3 pug jade mustache nunjucks ejs twig haml slim handlebars liquid jinja jinja2 ajv-compile
      json-schema-to-typescript quicktype openapi-generator swagger-codegen swagger-cli openapi-typescript orval kubb
      oapi-codegen buf-generate ts-proto capnp capnpc flatbuffers asn1c avro-tools avdl smithy smithy-build typespec
      tsp cue-vet cue jsonnet dhall dhall-to-json kcl pkl nickel ytt starlark bazelisk buck2 pants please waf premake
      xmake gn gyp qmake automake autoconf autoreconf configure libtool m4 bison flex lex yacc byacc ragel antlr
      antlr4 javacc jison pegjs peggy nearley lemon re2c ant ivy gradle gradle-build maven mvn mvn-compile sbt-compile
      mill leiningen-compile lein bloop dotty scala-cli kotlin-native jbang graalvm native-image groovy-compile xtend
      ceylon eclipsec nashorn mcs mono xbuild paket-build il2cpp fsi fable-cli tinygo gollvm gccgo gofrontend gopherjs
      cgo go-generate sqlc sqlx-prepare diesel-build rust-analyzer cargo-rustc cargo-doc-build cross maturin
      setuptools-rust setuptools flit hatchling pdm-build poetry-build python-build build pyinstaller nuitka
      pyoxidizer cx-freeze py2exe shiv pex cython-build mypyc numba pythran transcrypt brython f2py sip swig pybind
      nanobind compileall py-compile pycompile pyflow typeguard pyanalyze jedi rpython gfortran-build flang ifort f77
      fpm fypp cobc cobol fpc lazarus-build delphi free-pascal gnatmake gprbuild alire ada objc clang-cl icc icx tcc
      cproc chibicc pcc sdcc avr-gcc arm-none-eabi-gcc xtensa platformio arduino-cli arduino mbed idf zephyr-west west
      ninja-build samurai tup scons shake just-build earthly dagger-build buildah kaniko buildpacks packer
      packer-validate vagrant-validate cdk cdk-synth sam-validate sam-build serverless-package cloudformation-validate
      bicep az-bicep kubectl-validate kustomize-build helm-template helmfile skaffold tanka jsonnet-bundler
      nomad-validate consul-validate nginx apachectl haproxy-check caddy-validate promtool amtool vector-validate
      systemd-analyze named-checkconf visudo postfix-check logrotate-check dbt dbt-compile dbt-parse sqlmesh
      flyway-validate prisma-generate drizzle-kit typeorm-build zenstack edgedb-build hasura-build xcrun ibtool actool
      momc metal swift-package-build carthage-build gradle-assemble ndk-build aapt aapt2 d8 r8 proguard kapt ksp
      flutter-build dart2js build-runner webdev elixir-compile gleam-build rebar lfe erlang hamler cabal-build hpack
      happy alex-haskell hsc2hs c2hs uuagc frege eta mlton sml polyml smlnj ocamlbuild ocamlfind jbuilder esy
      dune-build bs raco chez chicken-csc gambit-gsc lisp-compile emacs-byte-compile mercury logtalk ring wren
      moonscript terra luajit-compile luacc teal tl haxelib-compile pony ponyc chapel chpl nit vala valac genie hare
      c3c carbon odin-build jai v-build zig-build nim-compile crystal-build dub dcompute rdmd cone myr austral roc
      unison ucm koka flix grain wat2wasm wat wasm-tools wasmtime-compile wabt glslang glslc glslangvalidator spirv
      naga wgsl dxc fxc slangc hlsl opencl sycl hipcc ispc halide futhark taichi triton nvrtc vhdl nvc yosys nextpnr
      vivado quartus modelsim vlog vcom questasim bluespec chisel spinal firrtl migen amaranth cocotb-build texlua
      xelatex lualatex latexmk tectonic context-tex typst typst-compile pandoc asciidoctor-build groff troff lilypond
      povray graphviz dot plantuml mermaid mmdc d2 gnuplot openscad-build blender-compile liquibase-validate
    `,
  ],
  [
    'test_fail',
    `
      jest vitest mocha jasmine karma ava tape tap uvu qunit node-test bun-test deno-test playwright cypress testcafe
      nightwatch webdriverio wdio puppeteer pytest unittest nose nose2 doctest behave lettuce robot hypothesis go-test
      gotestsum ginkgo cargo-test nextest cargo-nextest junit surefire failsafe testng spock gradle-test maven-test
      scalatest specs2 munit utest zio-test kotest rspec minitest test-unit cucumber cucumber-js phpunit pest
      codeception behat phpspec atoum exunit mix-test eunit common-test proper gtest googletest catch2 doctest-cpp
      boost-test ctest cppunit cpputest unity criterion cmocka check xctest swift-testing swift-test quick dotnet-test
      xunit nunit mstest tunit expecto fsunit hspec tasty hunit quickcheck alcotest ounit elm-test dart-test
      flutter-test zig-test nim-test testament prove test-more bats shunit2 shellspec pester testthat tinytest busted
      luaunit lust clojure-test kaocha lein-test julia-test crystal-spec foundry forge-test hardhat-test truffle
      opa-test conftest-test newman k6 artillery storybook-test backstop percy jasmine-node jasmine-core karma-runner
      mocha-cli ava-cli tap-spec lab intern wtf tapzero zora baretest brittle japa jest-cli node-tap ospec best-test
      uvu-cli xv poku aegir bats-core roundup ts-bats assert-sh urchin shpec critic tested testify shtest jtest detox
      appium cypress-run playwright-test taiko protractor ghost-inspector loki-visual reg-suit chromatic gauge
      concordion fitnesse serenity karate rest-assured citrus wiremock-test gatling locust vegeta jmeter artillery-run
      k6-run tavern schemathesis-run hurl bruno dredd-test step-ci runn venom httpyac pyresttest stestr testr trial
      twisted-trial green ward testify-py nose-parameterized tox nox pytest-bdd pytest-xdist radish aloe sure
      mamba-test expects stbt slash avocado virtualenv-test zope-testrunner testtools subunit xdoctest docrunner
      manuel byexample mutmut cosmic-ray mutatest hypothesis-test atheris cargo-mutants stryker pitest infection mull
      cargo-insta trybuild rstest proptest cargo-fuzz kani loom criterion-test libtest go-cmp-test godog goconvey
      gocheck goblin ginkgo-v2 gotest richgo rapid gofuzz testcontainers-go jbehave jgiven arquillian cactus dbunit
      easymock junit4 junit5 junit-platform junit-console jupiter jqwik kotlintest spek strikt scalacheck weaver
      minitest-scala lein-midje midje clojure-check expectations eftest cognitect-test-runner cljs-test doo test2junit
      cunit minunit novaprova greatest munit-c ceedling cgreen cppspec bandit-cpp lest snowhouse igloo boost-ut ut
      qtest qttest testlib libcheck dejagnu runtest tcltest plan9-test lit llvm-lit filecheck ctest-run tast sunit
      rust-test runit test-unit-ruby test-spec bacon shoulda turnip spinach appraisal parallel-tests knapsack cutest
      riot testbench-ruby wrong-test codecept kahlan simpletest atoum-php paratest phpbench-test peridot laravel-dusk
      dusk nette-tester tester infection-php exunit-test espec white-bread cabbage wallaby eunit-test proper-test triq
      cuter hspec-test sydtest doctest-haskell smallcheck validity test-framework qcheck crowbar ppx-expect
      ppx-inline-test bisect elm-program-test purescript-spec fsunit-test nbehave specflow reqnroll
      machine-specifications fixie tunit-test verify-test xbehave lightbdd unquote canopy swift-snapshot xctool
      fastlane-scan kif nimble-quick unittest2 balrog testament-nim unittest-nim zunit tclunit lunatest telescope
      gambiarra laura lunit luassert testy perl-test test-class test2 yath test-harness tap-harness pgtap pg-prove
      utplsql tsqlt-test dbt-test soda great-expectations sqitch-verify rtest runit-r svunit-r tinytest-r usethis-test
      matlab-test octave-test mtest julia-runtests retest-julia fpm-test pfunit test-drive-fortran vunit cocotb svunit
      uvm verilator-test sv-test ghdl-test osvvm forge-test-sol hardhat-test-run brownie-test ape-test aptos-test
      anchor-test move-test cairo-test clarinet-test tf-test terratest kitchen test-kitchen inspec serverspec goss
      dgoss molecule testinfra kuttl chainsaw helm-unittest helm-test bazel-test buck-test pants-test nx-test coverage
      nyc c8 istanbul gcovr lcov-check diff-cover
    `,
  ],
  [
    'dependency_missing',
    `
      npm yarn pnpm bun-install pip pip3 pipenv poetry uv pdm hatch pip-tools conda mamba cargo-install bundle bundler
      gem composer go-mod go-get nuget dotnet-restore maven-resolve coursier sbt-update mix-deps hex pub dart-pub
      flutter-pub cocoapods pod carthage swift-package vcpkg conan opam luarocks cpan cpanm cabal-install apt apt-get
      brew yum dnf apk pacman nix shards nimble zef renv pak helm-dependency yarn-berry yarn-classic corepack npx nvm
      fnm volta asdf mise rtx proto bower jspm volo component duo npm-ci npm-check npm-check-updates syncpack-install
      lerna-bootstrap rush rush-install pnpm-install yarn-install bun-add deno-install deno-cache jsr pipx pip-sync
      pip-compile pip-install easy-install setup-py conda-lock mambaforge micromamba pixi rye uv-sync uv-pip uv-lock
      poetry-install poetry-lock pdm-install pipenv-install hatch-env virtualenv venv buildout pyenv bundle-install
      rubygems rvm rbenv composer-install composer-update pear pecl phive cargo-add cargo-update cargo-fetch
      cargo-vendor cargo-binstall rustup rustup-toolchain go-mod-tidy go-mod-download go-install dep glide godep
      govendor mvn-dependency ivy-resolve gradle-dependencies grape sdkman jenv kobalt coursier-fetch cs sbt-resolve
      leiningen-deps clj-deps tools-deps boot mix-deps-get mix-hex rebar3-deps erlang-mk hackage cabal-update
      stack-setup ghcup opam-install esy-install dotnet-tool dotnet-add paket nuget-restore pub-get dart-pub-get
      flutter-pub-get swift-package-resolve spm cocoapods-install pod-install mint luarocks-install lit-lua rocks lux
      cpanm-install carton cpm ppm r-install pacman-r renv-restore packrat remotes devtools-install pkg-jl julia-pkg
      conan-install vcpkg-install cpm-cmake hunter-cmake fetchcontent meson-wrap wrapdb xrepo clib bpkg basher spack
      easybuild guix nix-env nix-build nix-shell flake nix-flake devbox devenv homebrew linuxbrew macports scoop choco
      chocolatey winget snap flatpak apt-install aptitude dpkg rpm zypper emerge portage xbps eopkg opkg pkgsrc pkgin
      apk-add helm-dep helm-repo terraform-init tofu-init terragrunt-init ansible-galaxy galaxy berks berkshelf
      librarian-puppet r10k elm-install elm-json spago-install bower-purescript haxelib raco-pkg quicklisp ql roswell
      clpm akku chicken-install eggs nimble-install zigmod gyro shards-install v-install dub-fetch alire-get
      fpm-install bazel-fetch bzlmod gx vgo west-update idf-component playwright-install puppeteer-install nodeenv
      tfenv tofuenv krew pkgconf pkg-config check-dependencies check-node-version check-engine check-engines
      installed-check engines-ok verify-node-version check-peer-dependencies pip-check pipdeptree expo-doctor
      flutter-doctor maven-enforcer
    `,
  ],
  [
    'contract_violation',
    `
      api-extractor buf-breaking oasdiff openapi-diff openapi-changes optic graphql-inspector cargo-semver-checks
      cargo-public-api apidiff gorelease revapi japicmp animal-sniffer metalava apicompat abidiff
      abi-compliance-checker griffe publint attw arethetypeswrong tsd check-dts dtslint expect-type pact pact-verifier
      pact-broker spring-cloud-contract schema-registry avro-compat json-schema-diff-validator rover dredd
      schemathesis roave-backward-compatibility-check php-semver-checker kotlin-binary-compatibility-validator
      apicheck mima proto-break api-extractor-run tsc-api rollup-dts-check type-check-diff are-the-types-wrong
      publint-cli dtslint-run tsd-cli tsd-lite expect-type-check openapi-diff-cli openapi-compare swagger-diff
      swagger-compare openapi-breaking oasdiff-breaking openapi-spec-compare bump optic-diff tufin graphql-schema-diff
      graphql-diff graphql-inspector-diff gqlcheck apollo-schema-check rover-check hive-schema-check buf-break
      protolock proto-compat protoc-gen-breaking prototool-break skeema-diff cargo-breaking cargo-semver
      cargo-publicapi cargo-api gorelease-check go-apidiff goverter-diff modver japi-compliance-checker japicmp-maven
      clirr sigtest revapi-maven binary-compatibility-validator kotlin-bcv mima-report apivalidator api-compat
      dotnet-apicompat publicapianalyzer synver swift-api-digester api-digester abi-dumper libabigail abidw abicompat
      acc icheck roave-bc bc-check php-bc-check rubocop-bc griffe-check aexpy pact-ruby pact-js pact-jvm pact-go
      pact-net pact-cli pact-stub pactflow swagger-mock-validator spring-contract stubrunner hypercontract
      dredd-contract portman json-schema-diff json-schema-compat jsonschema-diff jsondiff-schema avro-validator
      avro-compat-checker confluent-schema-registry apicurio karapace schema-registry-maven asyncapi-diff
      thrift-compat capnp-compat sqlfluff-diff
    `,
  ],
  [
    'orchestration_error',
    `
      git gh glab hub github gitlab github-api gitlab-api docker docker-compose podman kubectl ssh rsync git-lfs
      git-annex git-svn jj jujutsu sapling hg mercurial svn subversion bzr breezy fossil darcs pijul cvs perforce
      gerrit git-review phabricator hub-cli gitea forgejo bitbucket az-repos azure-devops codecommit octokit pygithub
      github3 python-gitlab gitbeaker go-github dulwich gitpython pygit2 simple-git isomorphic-git nodegit libgit2
      go-git jgit semantic-release release-it np standard-version release-please changesets goreleaser jreleaser
      auto-release graphite ghstack spr scp sftp ftp lftp curl wget aria2 axel httpie http xh aws awscli gcloud gsutil
      az azcopy doctl flyctl heroku vercel netlify wrangler firebase surge rclone restic borg s3cmd s4cmd minio mc
      twine cargo-publish npm-publish gem-push nuget-push docker-push docker-pull docker-compose-up skopeo crane oras
      regctl nerdctl containerd buildctl lima colima minikube kind k3d k3s kubectl-apply helm-upgrade helm-install
      argocd flux nomad consul vault redis-cli mongosh mysql mariadb pg-isready pg-dump cqlsh influx kafka kafkacat
      kcat nats rabbitmqadmin amqp-tools mosquitto etcdctl zkcli ldapsearch openssl-client nc netcat telnet socat
      ssh-keyscan ssh-copy-id mosh ansible-ping gh-cli glab-cli atlassian-python-api gidgethub giteapy gitea-js
      pyforgejo go-gitlab gitlab4j agithub danger probot tea
    `,
  ],
  [
    'budget_exceeded',
    `
      openai anthropic litellm openrouter gemini bedrock azure-openai ollama mistral groq aider llm openai-node
      openai-python anthropic-python anthropic-node google-genai google-generativeai vertexai vertex-ai
      azure-ai-inference mistralai mistral-node cohere cohere-ai groq-sdk groq-python together together-ai fireworks
      fireworks-ai perplexity deepseek xai ai21 replicate huggingface huggingface-hub huggingface-inference
      ollama-python ollama-js litellm-proxy langchain langchain-openai langgraph llamaindex llama-index haystack dspy
      instructor guidance semantic-kernel autogen crewai pydantic-ai smolagents ai-sdk vercel-ai llm-cli aichat mods
      sgpt shell-gpt tgpt gptme aider-chat claude claude-code codex gemini-cli cody continue opencode goose plandex
      mentat sweep openhands swe-agent gpt-engineer portkey helicone langfuse voyageai voyage jina nomic watsonx
      sagemaker-llm bedrock-runtime databricks-llm cerebras sambanova novita hyperbolic
    `,
  ],
  [
    'timeout',
    `
      timeout wait-on wait-for-it dockerize wait-port wait-for wait-until wait-for-localhost wait4x waitforit tcp-wait
    `,
  ],
  [
    'unknown',
    `
      size-limit bundlesize bundlewatch license-checker license-checker-rseidelsohn licensee pip-licenses typedoc
      jsdoc javadoc sphinx mkdocs prisma-migrate alembic flyway liquibase jq awk sed
    `,
  ],
];
