#!/usr/bin/env bash
# Checks the Markdown files: every relative link leads to a file that is there, and no file of the
# repository names a path of somebody's machine.
set -euo pipefail
cd "$(dirname "$0")/.."
failed=0

while IFS= read -r file; do
    directory=$(dirname "$file")
    # [text](target), without the anchor; links with a scheme are not followed.
    while IFS= read -r target; do
        [[ -z "$target" || "$target" =~ ^[a-z]+: ]] && continue
        if [[ ! -e "$directory/$target" ]]; then
            echo "$file: no such file: $target" >&2
            failed=1
        fi
    done < <(grep -o '\[[^]]*\]([^)]*)' "$file" | sed 's/.*](\([^)#]*\).*/\1/')
done < <(git ls-files --cached --others --exclude-standard -- '*.md')

if git grep --untracked -nE '/(home|Users|root)/[a-z]|/work/' -- ':!scripts/docs-check.sh' ':!Cargo.lock' >&2; then
    echo "a machine's path is in the repository" >&2
    failed=1
fi
[[ $failed == 0 ]] && echo "docs: links and paths are fine"
exit "$failed"
