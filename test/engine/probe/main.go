// The probe stands in for the program of a service. As the first process of its image it writes down what it sees, and
// stays; started once more in the same container, it is what a healthcheck runs there.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// orders lie in the image: what the program that is stood in for would do.
type orders struct {
	// Exit is the code with which it ends by itself; it stays where there is none.
	Exit *int `json:"exit"`
	// With are the arguments with which it does so; with any, where none are named.
	With [][]string `json:"with"`
}

func (given orders) areFor(arguments []string) bool {
	return given.Exit != nil && (given.With == nil || slices.ContainsFunc(given.With, func(each []string) bool {
		return slices.Equal(each, arguments)
	}))
}

const ordersFile = "/etc/probe.json"

// work is as long as a kubelet needs to see that a program runs: whoever moves the stack waits for that, and not for
// a program which has ended each time that it is looked at.
const work = 5 * time.Second

// event is a line of the container's log.
type event struct {
	Event  string `json:"event"`
	At     int64  `json:"at"`
	Signal string `json:"signal,omitempty"`
	// Ends says at the start that the program will end by itself: it works for a while first.
	Ends bool  `json:"ends,omitempty"`
	View *view `json:"view,omitempty"`
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == "probe-outside" {
		os.Exit(lookFromOutside(os.Args[2]))
	}
	if len(os.Args) == 3 && os.Args[1] == "probe-balance" {
		os.Exit(balance(os.Args[2]))
	}
	if len(os.Args) > 2 && os.Args[1] == "probe-names" {
		os.Exit(askNames(os.Args[2], os.Args[3:]))
	}
	if len(os.Args) == 5 && os.Args[1] == "probe-inside" {
		os.Exit(askFromOutside(os.Args[2], os.Args[3], os.Args[4]))
	}
	listener, err := listenInside()
	if err != nil {
		os.Exit(runAgain())
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals)
	started := time.Now().UnixNano()
	seen := look()
	given := readOrders()
	ends := given.areFor(os.Args[1:])
	say(event{Event: "start", At: started, View: &seen, Ends: ends})
	if ends {
		time.Sleep(work)
		say(event{Event: "end", At: time.Now().UnixNano()})
		os.Exit(*given.Exit)
	}
	go serveInside(listener)
	stay(signals)
}

// stay ends at the first signal that means the end, after saying which it was.
func stay(signals <-chan os.Signal) {
	for received := range signals {
		number, _ := received.(syscall.Signal)
		switch number {
		case syscall.SIGURG, syscall.SIGCHLD, syscall.SIGPIPE, syscall.SIGCONT, syscall.SIGWINCH:
			continue
		}
		say(event{Event: "signal", At: time.Now().UnixNano(), Signal: signalName(number)})
		os.Exit(0)
	}
}

var signalNames = map[syscall.Signal]string{
	syscall.SIGHUP: "SIGHUP", syscall.SIGINT: "SIGINT", syscall.SIGQUIT: "SIGQUIT", syscall.SIGTERM: "SIGTERM",
	syscall.SIGUSR1: "SIGUSR1", syscall.SIGUSR2: "SIGUSR2", syscall.SIGWINCH: "SIGWINCH",
}

func signalName(number syscall.Signal) string {
	if name, ok := signalNames[number]; ok {
		return name
	}
	return "signal " + strconv.Itoa(int(number))
}

func readOrders() orders {
	var given orders
	if text, err := os.ReadFile(ordersFile); err == nil {
		if err := json.Unmarshal(text, &given); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(70)
		}
	}
	return given
}

func say(what event) {
	line, _ := json.Marshal(what)
	// One write: a line of the log is never cut by another.
	os.Stdout.WriteString(string(line) + "\n")
}

// runAgain is what another process of the same container does, such as a healthcheck: the first one notes it.
func runAgain() int {
	told, _ := json.Marshal(callOf())
	if _, err := askInside(insideName("self"), request{Kind: "called", Body: told}); err != nil {
		return 1
	}
	return 0
}

// askFromOutside asks the probe of a container, as somebody in its network who is not in it.
func askFromOutside(process, kind, body string) int {
	answer, err := askInside(insideName(process), request{Kind: kind, Body: json.RawMessage(body)})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	os.Stdout.Write(answer)
	return 0
}

// lookFromOutside is for somebody who is in no container.
func lookFromOutside(body string) int {
	var wanted []target
	if err := json.Unmarshal([]byte(body), &wanted); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	seen, _ := json.Marshal(lookAround(wanted))
	os.Stdout.Write(seen)
	return 0
}
