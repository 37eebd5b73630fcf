// Answers on ports of TCP and UDP, and asks such ports. It is linked with nothing, so that an image needs no file besides.
package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

const patience = 2 * time.Second

func main() {
	if len(os.Args) == 3 && os.Args[1] == "ask" {
		fmt.Println(ask(os.Args[2]))
		return
	}
	for _, port := range os.Args[1:] {
		number, network, _ := strings.Cut(port, "/")
		if err := serve(network, ":"+number, port); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	select {}
}

// What a port answers: the file that ANSWER names, else which port it is.
func answer(port string) []byte {
	path := os.Getenv("ANSWER")
	if path == "" {
		return []byte(port + "\n")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return []byte(err.Error() + "\n")
	}
	return text
}

func serve(network, address, port string) error {
	if network == "udp" {
		packets, err := net.ListenPacket(network, address)
		if err != nil {
			return err
		}
		go func() {
			buffer := make([]byte, 1500)
			for {
				if _, caller, err := packets.ReadFrom(buffer); err == nil {
					packets.WriteTo(answer(port), caller)
				}
			}
		}()
		return nil
	}
	listener, err := net.Listen(network, address)
	if err != nil {
		return err
	}
	go func() {
		for {
			if connection, err := listener.Accept(); err == nil {
				connection.Write(answer(port))
				connection.Close()
			}
		}
	}()
	return nil
}

// Asks `udp://10.0.0.1:53`: its answer, or "nobody" where none comes.
func ask(target string) string {
	network, address, _ := strings.Cut(target, "://")
	connection, err := net.DialTimeout(network, address, patience)
	if err != nil {
		return "nobody"
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(patience))
	if network == "udp" {
		connection.Write([]byte("?"))
		buffer := make([]byte, 1500)
		count, err := connection.Read(buffer)
		if err != nil {
			return "nobody"
		}
		return strings.TrimSpace(string(buffer[:count]))
	}
	text, err := io.ReadAll(connection)
	if err != nil || len(text) == 0 {
		return "nobody"
	}
	return strings.TrimSpace(string(text))
}
