# Sourced by deploy/bin/pikaferry-coordinator and deploy/bin/pikaferry-worker: becomes that program.
# shellcheck shell=bash

# launch MODULE PACKAGE FLAGS ARGUMENT…: runs the main class of the module's jar with its libraries.
#
# Beside the jar lies, if the build could make one, an archive of classes with which the JVM starts in less than half of the
# time. It is only ever read here. One that is older than the jar, or has not the size that its name says, is left alone, as a
# JVM would break on one that was cut off; the JVM itself leaves alone what is of another JVM, other jars or another kind of heap.
# The build makes it by running this very script with PIKAFERRY_ARCHIVE=FILE, so that both name the same class path.
launch() {
  local module=$1 package=$2 flags=$3 main candidate jar='' archive bytes java classpath
  shift 3
  local target=$root/$module/target
  for candidate in "$target/pikaferry-$module"-*.jar; do
    case $candidate in
      *-tests.jar | *-sources.jar | *-javadoc.jar) ;;
      *) [ -f "$candidate" ] && jar=$candidate ;;
    esac
  done
  if [ -z "$jar" ]; then
    printf 'pikaferry-%s: not built yet; run in %s: mvn -q -DskipTests package\n' "$module" "$root" >&2
    exit 1
  fi
  java=${JAVA_HOME:+$JAVA_HOME/bin/}java
  classpath=$(printf '%s:' "$jar" "$target"/lib/*.jar)
  main=io.pikaferry.$package
  if [ -n "${PIKAFERRY_ARCHIVE:-}" ]; then
    # shellcheck disable=SC2086 # several words on purpose
    exec "$java" $flags -XX:ArchiveClassesAtExit="$PIKAFERRY_ARCHIVE" -Xlog:disable \
      -cp "${classpath%:}" "${main%.*}.Rehearsal"
  fi
  for archive in "$target/pikaferry-$module".*.jsa; do
    bytes=${archive%.jsa}
    bytes=${bytes##*.}
    if [ -n "$(find "$archive" -newer "$jar" -size "${bytes}c" 2>/dev/null)" ]; then
      # without a word about an archive that does not fit
      flags="$flags -XX:SharedArchiveFile=$archive -Xshare:auto -Xlog:cds=off -Xlog:cds+dynamic=off -Xlog:class+path=off"
    fi
  done
  # shellcheck disable=SC2086
  exec "$java" $flags -cp "${classpath%:}" "$main" "$@"
}
