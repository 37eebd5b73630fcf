package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// balanced is a port of the node that leads to a Service, as k3s's servicelb leads it there.
type balanced struct {
	Protocol string `json:"protocol"`
	Port     int    `json:"port"`
	Address  string `json:"address"`
}

// balance opens the ports on every address, says so, and stays.
func balance(body string) int {
	var wanted []balanced
	if err := json.Unmarshal([]byte(body), &wanted); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for _, each := range wanted {
		from := fmt.Sprintf(":%d", each.Port)
		to := net.JoinHostPort(each.Address, fmt.Sprint(each.Port))
		var err error
		if each.Protocol == "UDP" {
			err = passDatagrams(from, to)
		} else {
			err = passStreams(from, to)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	select {}
}

func passStreams(from, to string) error {
	listener, err := net.Listen("tcp", from)
	if err != nil {
		return err
	}
	go func() {
		for {
			caller, err := listener.Accept()
			if err != nil {
				return
			}
			go passStream(caller, to)
		}
	}()
	return nil
}

func passStream(caller net.Conn, to string) {
	defer caller.Close()
	called, err := net.DialTimeout("tcp", to, patience)
	if err != nil {
		return
	}
	defer called.Close()
	var both sync.WaitGroup
	both.Add(1)
	go func() {
		defer both.Done()
		io.Copy(called, caller)
	}()
	io.Copy(caller, called)
	caller.Close()
	both.Wait()
}

// passDatagrams answers each datagram with the one that comes back for it: what a probe asks needs no more.
func passDatagrams(from, to string) error {
	listener, err := net.ListenPacket("udp", from)
	if err != nil {
		return err
	}
	go func() {
		for {
			buffer := make([]byte, 64)
			length, caller, err := listener.ReadFrom(buffer)
			if err != nil {
				return
			}
			go func() {
				if told, err := askDatagram(to, buffer[:length], patience); err == nil {
					listener.WriteTo(told, caller)
				}
			}()
		}
	}()
	return nil
}

func askDatagram(to string, asked []byte, patience time.Duration) ([]byte, error) {
	connection, err := net.Dial("udp", to)
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(patience))
	if _, err := connection.Write(asked); err != nil {
		return nil, err
	}
	buffer := make([]byte, 64)
	length, err := connection.Read(buffer)
	return buffer[:length], err
}
