// Command embedded is every process of the embedded cluster in one program: what it is depends on the name under which
// it is started, as with busybox. They share four fifths of their packages, so one build compiles and links these once.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	// Time zones of CronJobs, for machines that have no zone database.
	_ "time/tzdata"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kwokconfig "sigs.k8s.io/kwok/pkg/config"
	kwok "sigs.k8s.io/kwok/pkg/kwok/cmd"
	kwoklog "sigs.k8s.io/kwok/pkg/log"
	"sigs.k8s.io/kwok/pkg/utils/signals"
)

// programs gives the exit code of each process, by name.
var programs = map[string]func() int{
	"etcd":                    runEtcd,
	"kube-apiserver":          func() int { return runCommand(apiserver.NewAPIServerCommand()) },
	"kube-controller-manager": func() int { return runCommand(controllermanager.NewControllerManagerCommand()) },
	"kube-scheduler":          func() int { return runCommand(scheduler.NewSchedulerCommand()) },
	"kwok":                    runKwok,
}

func main() {
	name := filepath.Base(os.Args[0])
	run, known := programs[name]
	if !known {
		fmt.Fprintf(os.Stderr, "no process of the embedded cluster is called %q\n", name)
		os.Exit(2)
	}
	os.Exit(run())
}

// runCommand runs one of Kubernetes' commands, with its logs and its words for errors.
func runCommand(command *cobra.Command) int {
	return cli.Run(command)
}

// runEtcd ends the process itself where etcd fails.
func runEtcd() int {
	etcdmain.Main(os.Args)
	return 0
}

// runKwok reads --config and --v before the command is made, as the command's defaults come from that file.
func runKwok() int {
	early := pflag.NewFlagSet("kwok", pflag.ContinueOnError)
	early.ParseErrorsAllowlist.UnknownFlags = true
	early.Usage = func() {}
	ctx, _ := kwoklog.InitFlags(signals.SetupSignalContext(), early)
	ctx, err := kwokconfig.InitFlags(ctx, early)
	if err != nil {
		return failed(err)
	}
	return runKwokCommand(ctx, early)
}

func runKwokCommand(ctx context.Context, early *pflag.FlagSet) int {
	command := kwok.NewCommand(ctx)
	// Kubernetes has defined --version for the whole process, and not as cobra would.
	command.Version = ""
	command.PersistentFlags().AddFlagSet(early)
	if err := command.ExecuteContext(ctx); err != nil {
		return failed(err)
	}
	return 0
}

func failed(err error) int {
	fmt.Fprintln(os.Stderr, "kwok:", err)
	return 1
}
