#!/usr/bin/env bash
# Vets a proposal and version 12 against version 11, prints what was found and says where the reports are.
set -eu
cd "$(dirname "$0")/.."
folder=${1:-demo}
mkdir -p "$folder"
for candidate in org.matrix.msc3757.11 12; do
  printf '\n=== stateroom vet %s --against 11\n\n' "$candidate"
  .venv/bin/stateroom vet "$candidate" --against 11 --histories 100 --minutes 1 -o "$folder/$candidate-against-11"
done
printf '\nThe two reports:\n'
for candidate in org.matrix.msc3757.11 12; do
  printf '  %s\n' "$PWD/$folder/$candidate-against-11/report.html"
done
