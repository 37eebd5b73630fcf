// The oracle: compose-go itself, asked for its verdict and its canonical model.
//
// Each line of standard input is a case; each line of standard output is its answer, in the same order. A case's
// files have to be on disk.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/sirupsen/logrus"
)

type testCase struct {
	Dir         string            `json:"dir"`
	Files       []string          `json:"files"`
	EnvFiles    []string          `json:"envFiles"`
	Env         map[string]string `json:"env"`
	Profiles    []string          `json:"profiles"`
	ProjectName string            `json:"projectName"`
	// Quiet leaves the model out of the answer: for measuring.
	Quiet bool `json:"quiet"`
}

type answer struct {
	Project json.RawMessage `json:"project,omitempty"`
	Error   string          `json:"error,omitempty"`
	Micros  int64           `json:"micros"`
}

// load does what docker compose does with its flags, in its order.
func load(c testCase) (model []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			model, err = nil, fmt.Errorf("panic: %v", r)
		}
	}()
	if err := os.Chdir(c.Dir); err != nil {
		return nil, err
	}
	os.Clearenv()
	var env []string
	for key, value := range c.Env {
		env = append(env, key+"="+value)
		os.Setenv(key, value)
	}
	options, err := cli.NewProjectOptions(c.Files,
		cli.WithEnv(env),
		cli.WithEnvFiles(c.EnvFiles...),
		cli.WithDotEnv,
		cli.WithConfigFileEnv,
		cli.WithDefaultConfigPath,
		cli.WithEnvFiles(c.EnvFiles...),
		cli.WithDotEnv,
		cli.WithDefaultProfiles(c.Profiles...),
		cli.WithName(c.ProjectName),
	)
	if err != nil {
		return nil, err
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return nil, err
	}
	return project.MarshalJSON()
}

func main() {
	logrus.SetOutput(io.Discard)
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for {
		line, readErr := in.ReadBytes('\n')
		if len(line) > 1 {
			answerLine(line, out)
		}
		if readErr != nil {
			return
		}
		if in.Buffered() == 0 {
			out.Flush()
		}
	}
}

func answerLine(line []byte, out io.Writer) {
	var c testCase
	var a answer
	if err := json.Unmarshal(line, &c); err != nil {
		a.Error = "bad case: " + err.Error()
	} else {
		start := time.Now()
		model, err := load(c)
		a.Micros = time.Since(start).Microseconds()
		if err != nil {
			a.Error = err.Error()
		} else if !c.Quiet {
			a.Project = model
		}
	}
	encoded, err := json.Marshal(a)
	if err != nil {
		encoded, _ = json.Marshal(answer{Error: "bad model: " + err.Error()})
	}
	fmt.Fprintf(out, "%s\n", encoded)
}
