# Runs in a mount namespace of its own: takes PC/SC, its headers, libclang and pkg-config away from /usr, as far as
# this namespace sees it, then builds, tests and runs the example. $1 is a mount option for the overlay, $TESTS are what
# Cargo runs tests by.
set -eu
scratch=$(mktemp -d)
mount -t tmpfs tmpfs "$scratch"
mkdir "$scratch/upper" "$scratch/work"
mount -t overlay overlay -o "lowerdir=/usr,upperdir=$scratch/upper,workdir=$scratch/work$1" /usr || {
  umount "$scratch"
  rmdir "$scratch"
  exit 77
}
# Nothing is removed unless what is written below /usr goes into the overlay.
mark=pcsc-bare-$$
touch "/usr/$mark"
test -e "$scratch/upper/$mark"
# Lazily: the overlay keeps it, and the folder can go now.
umount -l "$scratch"
rmdir "$scratch"

traces() {
  find /usr \( -name 'libpcsclite*' -o -name 'libclang*' -o -name PCSC -o -name 'pcscd*' -o -name pkgconfig \
    -o -name '*.pc' -o -name '*pkg-config' -o -name pkgconf -o -name 'llvm-config*' \) -prune -print 2>/dev/null || true
}
traces | while IFS= read -r path; do rm -rf "$path"; done
left=$(traces; find -L /lib /lib64 /opt -maxdepth 3 -name 'libpcsclite*' 2>/dev/null || true)
if [ -n "$left" ]; then
  echo "still there: $left"
  exit 1
fi
for program in pkg-config pkgconf pcscd; do
  if command -v "$program"; then
    echo "still found: $program"
    exit 1
  fi
done

"$CARGO" build --offline
# Words of their own.
"$CARGO" test --offline $TESTS
output=$("$CARGO" run --offline --quiet --example probe)
echo "$output"
for text in "libpcsclite.so.1 (libpcsclite.so.1: cannot open shared object file" \
  "libpcsclite.so (libpcsclite.so: cannot open shared object file" "apt install libpcsclite1 pcscd" \
  "SCardEstablishContext: 0x8010001D"; do
  case $output in
    *"$text"*) ;;
    *) echo "the example did not say: $text"; exit 1 ;;
  esac
done
