package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// patience is for the first try; what is dropped without a word is asked again and longer, so that a busy machine is no
// closed port. A name server that says nothing is waited for until it is known to be silent.
const (
	patience       = 2 * time.Second
	tries          = 3
	serverPatience = time.Minute
	namesAtOnce    = 4
)

var (
	asking = make(chan bool, namesAtOnce)
	silent atomic.Bool
)

// target is a name or an address, and the ports at which somebody may be.
type target struct {
	Name string `json:"name"`
	TCP  []int  `json:"tcp"`
	UDP  []int  `json:"udp"`
}

// sight is what is behind a name.
type sight struct {
	Name      string            `json:"name"`
	Addresses []string          `json:"addresses"`
	Ports     map[string]string `json:"ports"`
}

// listenOn opens the ports of a role. @returns what could not be opened, by port.
func listenOn(given role) map[string]string {
	failed := map[string]string{}
	for _, port := range given.TCP {
		listener, err := net.Listen("tcp", fmt.Sprintf(":%d", port))
		if err != nil {
			if !errors.Is(err, syscall.EADDRINUSE) {
				failed[fmt.Sprintf("%d/tcp", port)] = reason(err)
			}
			continue
		}
		go tellByStream(listener)
	}
	for _, port := range given.UDP {
		listener, err := net.ListenPacket("udp", fmt.Sprintf(":%d", port))
		if err != nil {
			if !errors.Is(err, syscall.EADDRINUSE) {
				failed[fmt.Sprintf("%d/udp", port)] = reason(err)
			}
			continue
		}
		go tellByDatagram(listener)
	}
	return failed
}

func reason(err error) string {
	var number syscall.Errno
	if errors.As(err, &number) {
		return number.Error()
	}
	return err.Error()
}

func name() string {
	lock.Lock()
	defer lock.Unlock()
	return named
}

func tellByStream(listener net.Listener) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		io.WriteString(connection, name())
		connection.Close()
	}
}

func tellByDatagram(listener net.PacketConn) {
	buffer := make([]byte, 64)
	for {
		_, from, err := listener.ReadFrom(buffer)
		if err != nil {
			return
		}
		listener.WriteTo([]byte(name()), from)
	}
}

func lookAround(wanted []target) []sight {
	seen := make([]sight, len(wanted))
	var all sync.WaitGroup
	for index, each := range wanted {
		all.Add(1)
		go func() {
			defer all.Done()
			seen[index] = lookAt(each)
		}()
	}
	all.Wait()
	return seen
}

func lookAt(wanted target) sight {
	addresses := resolve(wanted.Name)
	found := sight{Name: wanted.Name, Addresses: addresses, Ports: map[string]string{}}
	if len(addresses) == 0 {
		return found
	}
	var writing sync.Mutex
	var all sync.WaitGroup
	ask := func(network string, port int) {
		defer all.Done()
		who := whoIsAt(network, addresses[0], port)
		writing.Lock()
		defer writing.Unlock()
		found.Ports[fmt.Sprintf("%d/%s", port, network)] = who
	}
	for _, port := range wanted.TCP {
		all.Add(1)
		go ask("tcp", port)
	}
	for _, port := range wanted.UDP {
		all.Add(1)
		go ask("udp", port)
	}
	all.Wait()
	return found
}

func resolve(name string) []string {
	if net.ParseIP(name) != nil {
		return []string{name}
	}
	asking <- true
	defer func() { <-asking }()
	begun := time.Now()
	for try := 1; ; try++ {
		ending, cancel := context.WithTimeout(context.Background(), 2*patience)
		addresses, err := net.DefaultResolver.LookupHost(ending, name)
		cancel()
		if err == nil {
			sort.Strings(addresses)
			return addresses
		}
		var told *net.DNSError
		isSilent := errors.As(err, &told) && told.IsTimeout
		if told != nil && told.IsNotFound || !isSilent && try >= tries || silent.Load() {
			return []string{}
		}
		if isSilent && time.Since(begun) > serverPatience {
			silent.Store(true)
		}
	}
}

// askNames asks one server for whole names, and prints the addresses of each.
func askNames(server string, names []string) int {
	resolver := net.Resolver{PreferGo: true, Dial: func(ending context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ending, network, net.JoinHostPort(server, "53"))
	}}
	answers := map[string][]string{}
	for _, name := range names {
		ending, cancel := context.WithTimeout(context.Background(), patience)
		addresses, err := resolver.LookupHost(ending, name+".")
		cancel()
		if err != nil {
			addresses = []string{}
		}
		answers[name] = addresses
	}
	told, _ := json.Marshal(answers)
	os.Stdout.Write(told)
	return 0
}

// whoIsAt gives the name that is told there; nothing where nobody tells one.
func whoIsAt(network, address string, port int) string {
	for try := range tries {
		who, err := askWho(network, net.JoinHostPort(address, fmt.Sprint(port)), time.Duration(try+1)*patience)
		if err == nil {
			return who
		}
		if errors.Is(err, syscall.ECONNREFUSED) && network == "tcp" {
			return ""
		}
	}
	return ""
}

func askWho(network, address string, patience time.Duration) (string, error) {
	if network == "udp" {
		told, err := askDatagram(address, []byte("who"), patience)
		return string(told), err
	}
	connection, err := net.DialTimeout(network, address, patience)
	if err != nil {
		return "", err
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(patience))
	told, err := io.ReadAll(connection)
	return strings.TrimSpace(string(told)), err
}
