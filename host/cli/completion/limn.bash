# Completion of limn for bash. Every word comes from limn itself, as it stands in PATH.
_limn() {
  local files word reply strip cur=$2
  local -a replies=()
  COMPREPLY=()
  {
    read -r files || return
    IFS= read -r word
    while IFS= read -r reply && IFS= read -r _; do
      [[ $reply == "$word"* ]] && replies+=("$reply")
    done
  } < <(command limn complete line "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)

  # bash replaces only what stands behind the last = or : of a word.
  cur=${cur#[\"\']}
  cur=${cur//\\/}
  [[ $cur == [=:] ]] && cur=
  strip=${word%"$cur"}
  for reply in "${replies[@]}"; do
    reply=${reply#"$strip"}
    # A word that is no file's bash takes as it is.
    if [[ $files == none && ${COMP_WORDS[COMP_CWORD]} != [\"\']* && $reply == *[!A-Za-z0-9_@%+=:,./-]* ]]; then
      printf -v reply %q "$reply"
    fi
    COMPREPLY+=("$reply")
  done
  case $files in
    files) compopt -o filenames && mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$cur") ;;
    folders) compopt -o filenames && mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$cur") ;;
  esac
}
complete -F _limn limn
