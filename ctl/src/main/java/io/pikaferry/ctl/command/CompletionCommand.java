package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import java.io.PrintWriter;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "completion",
        description = {
            "A script that teaches the shell to complete ferryctl's commands and options.",
            "bash: source <(ferryctl completion bash)",
            "zsh:  source <(ferryctl completion zsh)"
        },
        sortOptions = false)
final class CompletionCommand implements Runnable {

    enum Shell {
        BASH,
        ZSH
    }

    @Parameters(paramLabel = "bash|zsh")
    private Shell shell;

    private final Ferryctl ferryctl;

    CompletionCommand(Ferryctl ferryctl) {
        this.ferryctl = requireNonNull(ferryctl, "ferryctl is null");
    }

    @Override
    public void run() {
        PrintWriter out = ferryctl.terminal().out();
        if (shell == Shell.ZSH) {
            // zsh runs bash's completions once it has been asked to
            out.println("autoload -U +X compinit && compinit");
            out.println("autoload -U +X bashcompinit && bashcompinit");
        }
        out.println(AutoComplete.bash("ferryctl", ferryctl.commandLine()));
        out.flush();
    }
}
