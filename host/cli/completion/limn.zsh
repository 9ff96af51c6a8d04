#compdef limn
# Completion of limn for zsh. Every word comes from limn itself, as it stands in PATH.
_limn() {
  local files word about ret=1
  local -a replies before
  (( CURRENT > 2 )) && before=("${(@Q)words[2,CURRENT-1]}")
  {
    IFS= read -r files
    IFS= read -r word
    while IFS= read -r word && IFS= read -r about; do
      word=${${word//\\/\\\\}//:/\\:}
      replies+=("$word${about:+:$about}")
    done
  } < <(command limn complete words "${before[@]}" "${(Q)PREFIX}" 2>/dev/null)

  (( $#replies )) && _describe -V -t values value replies && ret=0
  if [[ $files != none ]]; then
    compset -P 1 '--*='
    if [[ $files == folders ]]; then
      _files -/ && ret=0
    else
      _files && ret=0
    fi
  fi
  return ret
}
if [[ $funcstack[1] == _limn ]]; then
  _limn "$@"
else
  compdef _limn limn
fi
