# Completion of limn for fish. Every word comes from limn itself, as it stands in PATH.
function __limn_complete
    set -l before (commandline -opc)
    set -e before[1]
    set -l current (commandline -ct)
    # One that a quote is open in cannot be read yet.
    set current (string unescape -- "$current"; or string replace -r -- '^["\']' '' "$current")
    set -l option (string match -r -- '^--[^=]*=' "$current")
    command limn complete words $before "$current" 2>/dev/null | begin
        read -lL files word
        while read -lL reply about
            printf '%s\t%s\n' $reply $about
        end
        switch $files
            case files
                string replace -r -- '^' "$option" (__fish_complete_path (string replace -- "$option" '' "$current"))
            case folders
                string replace -r -- '^' "$option" (__fish_complete_directories (string replace -- "$option" '' "$current"))
        end
    end
end
complete -c limn -f -k -a '(__limn_complete)'
