package main

import (
	"encoding/json"
	"io"
	"net"
	"os"
	"sync"
)

// request is what somebody wants of the first process of a container.
type request struct {
	Kind string          `json:"kind"`
	Body json.RawMessage `json:"body"`
}

// call is a start of the image's programs by somebody else: a healthcheck, a hook.
type call struct {
	Args []string `json:"args"`
	Cwd  string   `json:"cwd"`
	UID  int      `json:"uid"`
}

// role is what the first process is told to be, once it is known where it runs.
type role struct {
	Name string `json:"name"`
	TCP  []int  `json:"tcp"`
	UDP  []int  `json:"udp"`
}

var (
	lock  sync.Mutex
	named string
	calls = map[string]call{}
)

// insideName is one for each container: processes of one share its mounts, and no file has to be written.
func insideName(process string) string {
	mounts, err := os.Readlink("/proc/" + process + "/ns/mnt")
	if err != nil {
		mounts = "unknown"
	}
	return "@compose-ferry-probe-" + mounts
}

func listenInside() (net.Listener, error) { return net.Listen("unix", insideName("self")) }

func callOf() call {
	cwd, _ := os.Getwd()
	return call{Args: os.Args, Cwd: cwd, UID: os.Getuid()}
}

func askInside(name string, asked request) ([]byte, error) {
	connection, err := net.Dial("unix", name)
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	if err := json.NewEncoder(connection).Encode(asked); err != nil {
		return nil, err
	}
	return io.ReadAll(connection)
}

func serveInside(listener net.Listener) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer connection.Close()
			var asked request
			if err := json.NewDecoder(connection).Decode(&asked); err == nil {
				json.NewEncoder(connection).Encode(answer(asked))
			}
		}()
	}
}

func answer(asked request) any {
	switch asked.Kind {
	case "called":
		var told call
		json.Unmarshal(asked.Body, &told)
		key, _ := json.Marshal(told)
		lock.Lock()
		defer lock.Unlock()
		calls[string(key)] = told
		return "noted"
	case "be":
		var given role
		json.Unmarshal(asked.Body, &given)
		lock.Lock()
		named = given.Name
		lock.Unlock()
		return listenOn(given)
	case "calls":
		lock.Lock()
		defer lock.Unlock()
		list := []call{}
		for _, told := range calls {
			list = append(list, told)
		}
		return list
	case "look":
		var wanted []target
		json.Unmarshal(asked.Body, &wanted)
		return lookAround(wanted)
	case "files":
		var paths []string
		json.Unmarshal(asked.Body, &paths)
		return filesAt(paths)
	}
	return "unknown: " + asked.Kind
}
