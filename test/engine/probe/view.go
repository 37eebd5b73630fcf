package main

import (
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"unsafe"
)

// view is all that a process can see of where it runs, without asking anybody.
type view struct {
	Args       []string          `json:"args"`
	Env        []string          `json:"env"`
	Cwd        string            `json:"cwd"`
	UID        int               `json:"uid"`
	GID        int               `json:"gid"`
	Groups     []int             `json:"groups"`
	Status     map[string]string `json:"status"`
	Umask      string            `json:"umask"`
	Limits     map[string]string `json:"limits"`
	Hostname   string            `json:"hostname"`
	Domainname string            `json:"domainname"`
	OOMScore   string            `json:"oomScoreAdj"`
	PID        int               `json:"pid"`
	Stdin      string            `json:"stdin"`
	Stdout     string            `json:"stdout"`
	Files      map[string]string `json:"files"`
	Mounts     []mount           `json:"mounts"`
	Devices    map[string]string `json:"devices"`
	Sysctls    map[string]string `json:"sysctls"`
	Cgroup     map[string]string `json:"cgroup"`
	Namespaces map[string]string `json:"namespaces"`
	Processes  []string          `json:"processes"`
	// Memory is the machine's, in bytes.
	Memory uint64 `json:"memory"`
}

// look writes down everything. It changes nothing that is seen by others.
func look() view {
	cwd, err := os.Getwd()
	if err != nil {
		cwd = reason(err)
	}
	groups, _ := os.Getgroups()
	if groups == nil {
		groups = []int{}
	}
	sort.Ints(groups)
	hostname, _ := os.Hostname()
	// Its only reading is by setting it.
	mask := syscall.Umask(0)
	syscall.Umask(mask)
	return view{
		Args: os.Args, Env: sorted(os.Environ()), Cwd: cwd, UID: os.Getuid(), GID: os.Getgid(), Groups: groups,
		Status: status(), Umask: strconv.FormatInt(int64(mask), 8), Limits: limits(), Hostname: hostname,
		Domainname: domainname(), OOMScore: read("/proc/self/oom_score_adj"), PID: os.Getpid(),
		Stdin: stream(0), Stdout: stream(1),
		Files:  readAll("/etc/hosts", "/etc/resolv.conf", "/etc/hostname"),
		Mounts: mounts(), Devices: devices(), Sysctls: readAll(sysctls...), Cgroup: cgroup(),
		Namespaces: namespaces(), Processes: processes(), Memory: memory(),
	}
}

func sorted(list []string) []string {
	copied := append([]string{}, list...)
	sort.Strings(copied)
	return copied
}

func read(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// readAll gives the text of each file; one that is not there has none.
func readAll(paths ...string) map[string]string {
	texts := map[string]string{}
	for _, path := range paths {
		if text, err := os.ReadFile(path); err == nil {
			texts[path] = strings.TrimSpace(string(text))
		}
	}
	return texts
}

// status is what the kernel says of the process's rights, and which system calls it refuses.
func status() map[string]string {
	wanted := map[string]string{"blocked": blocked()}
	for _, line := range strings.Split(read("/proc/self/status"), "\n") {
		key, value, _ := strings.Cut(line, ":")
		switch key {
		case "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp":
			wanted[key] = strings.TrimSpace(value)
		}
	}
	return wanted
}

// blocked names the system calls on keys that are refused. They need no right, and without a filter each fails for
// its arguments; Docker's default profile refuses them.
func blocked() string {
	calls := map[string]uintptr{
		"add_key": syscall.SYS_ADD_KEY, "keyctl": syscall.SYS_KEYCTL, "request_key": syscall.SYS_REQUEST_KEY,
	}
	refused := []string{}
	for name, number := range calls {
		if _, _, failure := syscall.Syscall(number, ^uintptr(0), 0, 0); failure == syscall.EPERM {
			refused = append(refused, name)
		}
	}
	sort.Strings(refused)
	return strings.Join(refused, " ")
}

func limits() map[string]string {
	found := map[string]string{}
	for index, line := range strings.Split(read("/proc/self/limits"), "\n") {
		if index == 0 || len(line) < 67 {
			continue
		}
		values := strings.Fields(line[26:])
		if len(values) >= 2 {
			found[strings.TrimSpace(line[:26])] = values[0] + " " + values[1]
		}
	}
	return found
}

func domainname() string {
	var names syscall.Utsname
	if syscall.Uname(&names) != nil {
		return ""
	}
	text := ""
	for _, letter := range names.Domainname {
		if letter == 0 {
			break
		}
		text += string(rune(byte(letter)))
	}
	if text == "(none)" {
		return ""
	}
	return text
}

// stream says what a standard stream is: a terminal, nothing, or a way to somebody.
func stream(number int) string {
	var terminal [64]byte
	if _, _, failed := syscall.Syscall(syscall.SYS_IOCTL, uintptr(number), syscall.TCGETS,
		uintptr(unsafe.Pointer(&terminal))); failed == 0 {
		return "terminal"
	}
	where, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(number))
	if err != nil {
		return "closed"
	}
	if where == "/dev/null" {
		return "null"
	}
	return "pipe"
}

var sysctls = []string{
	"/proc/sys/kernel/shmmax", "/proc/sys/kernel/shmall", "/proc/sys/kernel/shmmni", "/proc/sys/kernel/msgmax",
	"/proc/sys/kernel/shm_rmid_forced", "/proc/sys/net/core/somaxconn", "/proc/sys/net/ipv4/ip_forward",
	"/proc/sys/net/ipv4/ip_local_port_range", "/proc/sys/net/ipv4/ip_unprivileged_port_start",
	"/proc/sys/net/ipv4/ping_group_range", "/proc/sys/net/ipv4/tcp_syncookies",
	"/proc/sys/net/ipv4/tcp_keepalive_time", "/proc/sys/net/ipv6/conf/all/disable_ipv6",
}

// cgroup gives the limits that bind it, of either version of control groups.
func cgroup() map[string]string {
	root := "/sys/fs/cgroup"
	found := map[string]string{}
	for name, paths := range map[string][]string{
		"memory":      {"memory/memory.limit_in_bytes", "memory.max"},
		"reservation": {"memory/memory.soft_limit_in_bytes", "memory.low"},
		"cpuQuota":    {"cpu/cpu.cfs_quota_us", "cpu,cpuacct/cpu.cfs_quota_us", "cpu.max"},
		"cpuPeriod":   {"cpu/cpu.cfs_period_us", "cpu,cpuacct/cpu.cfs_period_us"},
		"cpuShares":   {"cpu/cpu.shares", "cpu,cpuacct/cpu.shares", "cpu.weight"},
		"pids":        {"pids/pids.max", "pids.max"},
		"cpuset":      {"cpuset/cpuset.cpus", "cpuset.cpus"},
	} {
		for _, path := range paths {
			if text := read(filepath.Join(root, path)); text != "" {
				found[name] = text
				break
			}
		}
	}
	return found
}

func namespaces() map[string]string {
	found := map[string]string{}
	for _, kind := range []string{"pid", "ipc", "net", "uts", "cgroup", "user"} {
		found[kind], _ = os.Readlink("/proc/self/ns/" + kind)
	}
	return found
}

func memory() uint64 {
	var about syscall.Sysinfo_t
	if syscall.Sysinfo(&about) != nil {
		return 0
	}
	return uint64(about.Totalram) * uint64(about.Unit)
}

// processes are the programs that can be seen, in the order of their numbers.
func processes() []string {
	entries, _ := os.ReadDir("/proc")
	numbers := []int{}
	for _, entry := range entries {
		if number, err := strconv.Atoi(entry.Name()); err == nil {
			numbers = append(numbers, number)
		}
	}
	sort.Ints(numbers)
	list := []string{}
	for _, number := range numbers {
		list = append(list, read("/proc/"+strconv.Itoa(number)+"/comm"))
	}
	return list
}
