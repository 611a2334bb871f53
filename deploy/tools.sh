# Sourced by deploy/test and deploy/quickstart: makes sure that the programs they need are there.
# shellcheck shell=bash

say() { printf '%s\n' "$*" >&2; }

# need PROGRAM=PACKAGE…: installs what is missing, when allowed to (root with apt-get), else says what to install.
need() {
  local missing=() pair
  for pair in "$@"; do
    command -v "${pair%%=*}" >/dev/null 2>&1 || missing+=("${pair#*=}")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    say "${0##*/}: please install first: ${missing[*]}"
    if command -v apt-get >/dev/null 2>&1; then
      say "  sudo apt-get install ${missing[*]}"
    fi
    return 1
  fi
  say "installing ${missing[*]} …"
  install_packages "${missing[@]}"
}

# A package that brings a service must not leave it running: we start our own servers and end them.
install_packages() {
  local policy=/usr/sbin/policy-rc.d ours='' log status=0
  log=$(mktemp)
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    ours=yes
  fi
  {
    apt-get -qq update || true # an old list may do
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends "$@" </dev/null
  } >"$log" 2>&1 || status=$?
  if [ -n "$ours" ]; then rm -f "$policy"; fi
  case " $* " in
    *" redis-server "*)
      if [ -d /run/systemd/system ]; then systemctl -q disable --now redis-server >/dev/null 2>&1 || true; fi
      ;;
  esac
  if [ "$status" -ne 0 ]; then
    cat "$log" >&2
    say "${0##*/}: could not install $*"
  fi
  rm -f "$log"
  return "$status"
}

# What cannot be chosen for the user: which JDK.
need_java() {
  local version
  if ! command -v mvn >/dev/null 2>&1; then
    say "${0##*/}: please install Maven (3.8 or newer): sudo apt-get install maven"
    return 1
  fi
  if ! command -v "${JAVA_HOME:+$JAVA_HOME/bin/}javac" >/dev/null 2>&1; then
    say "${0##*/}: please install a JDK (17 or newer): sudo apt-get install openjdk-17-jdk-headless"
    return 1
  fi
  version=$("${JAVA_HOME:+$JAVA_HOME/bin/}javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p')
  if [ -n "$version" ] && [ "$version" -lt 17 ]; then
    say "${0##*/}: JDK 17 or newer is needed, this is $version; set JAVA_HOME"
    return 1
  fi
}

# run_e2e COMMAND…: becomes the program behind deploy/soak and deploy/failovers; builds everything first if need be.
run_e2e() {
  local classpath=$root/deploy/e2e/target/test.classpath
  need_java
  need rsync=rsync redis-server=redis-server redis-cli=redis-tools
  if [ ! -s "$classpath" ] || [ ! -d "$root/deploy/e2e/target/test-classes" ]; then
    say 'building (a minute or two, the first time longer)'
    (cd "$root" && mvn -q -B -ntp -DskipTests package)
  fi
  cd "$root/deploy/e2e"
  exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Xmx1g ${SOAK_JAVA_OPTS:-} \
    -cp "target/test-classes:$(cat "$classpath")" io.pikaferry.e2e.soak.SoakMain "$@"
}
