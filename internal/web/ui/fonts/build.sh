#!/usr/bin/env bash
# Builds the display face from npm's @fontsource/oswald 5.3.0 (SIL OFL 1.1): joins its slices and keeps Latin, Cyrillic and Kazakh letters.
# Needs npm and fonttools; only for development, the results are committed. Usage: ./build.sh (writes here and to ../src).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm pack --silent @fontsource/oswald@5.3.0 >/dev/null
tar xzf fontsource-oswald-5.3.0.tgz
for s in latin cyrillic cyrillic-ext latin-ext; do
  /usr/bin/python3 -c "import sys
from fontTools.ttLib import TTFont
f=TTFont(sys.argv[1]); f.flavor=None; f.save(sys.argv[2])" package/files/oswald-$s-600-normal.woff2 $s.ttf
done
pyftmerge --output-file=all.ttf latin.ttf cyrillic.ttf cyrillic-ext.ttf latin-ext.ttf >/dev/null 2>&1
U="U+20-7E,U+A0,U+A7,U+A9,U+AB,U+AE,U+B0,U+B7,U+BB,U+D7,U+C4,U+D6,U+DC,U+DF,U+E0-FF,U+410-44F,U+401,U+451,U+4D8,U+4D9,U+492,U+493,U+49A,U+49B,U+4A2,U+4A3,U+4E8,U+4E9,U+4B0,U+4B1,U+4AE,U+4AF,U+4BA,U+4BB,U+406,U+456,U+20B8,U+2013,U+2014,U+2018-201E,U+2022,U+2026,U+2116,U+2212"
pyftsubset all.ttf --unicodes="$U" --layout-features='kern,tnum,lnum,case' --flavor=woff2 --no-hinting --output-file="$here/display.woff2"
pyftsubset all.ttf --unicodes="$U" --layout-features='' --no-hinting --drop-tables+=GPOS,GSUB,GDEF --output-file="$here/display.ttf"
cp package/LICENSE "$here/OFL.txt"
