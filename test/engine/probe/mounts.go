package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
)

// mount is a place of the file system that is not the image's own.
type mount struct {
	Target    string `json:"target"`
	Type      string `json:"type"`
	ReadOnly  bool   `json:"readOnly"`
	Options   string `json:"options"`
	Shared    string `json:"propagation"`
	Size      uint64 `json:"size"`
	Writable  string `json:"writable"`
	Directory bool   `json:"directory"`
	// Entries are what lies there, by path below the target, itself included as ".".
	Entries map[string]string `json:"entries"`
	// Identity is where it comes from: mounts with one identity are one directory.
	Identity string `json:"identity"`
}

// enough entries to tell two trees apart; a real database has more.
const enough = 200

// kernelOwn are file systems of the kernel: what is in them is no data of anybody's.
var kernelOwn = map[string]bool{
	"proc": true, "sysfs": true, "cgroup": true, "cgroup2": true, "devpts": true, "mqueue": true,
}

func mounts() []mount {
	found := []mount{}
	for _, line := range strings.Split(read("/proc/self/mountinfo"), "\n") {
		fields := strings.Fields(line)
		dash := indexOf(fields, "-")
		if dash < 6 || len(fields) < dash+4 {
			continue
		}
		target := unescape(fields[4])
		options, super := fields[5], fields[dash+3]
		each := mount{
			Target: target, Type: fields[dash+1], Options: kept(options), Shared: strings.Join(kinds(fields[6:dash]), " "),
			ReadOnly: hasOption(options, "ro") || hasOption(super, "ro"),
			Identity: fields[2] + " " + fields[3],
		}
		var about syscall.Statfs_t
		if each.Type == "tmpfs" && syscall.Statfs(target, &about) == nil {
			each.Size = about.Blocks * uint64(about.Bsize)
		}
		if !kernelOwn[each.Type] && !strings.HasPrefix(target, "/proc/") && !strings.HasPrefix(target, "/sys/") {
			each.Writable = writable(target)
			each.Entries = entries(target, target == "/" || target == "/dev")
		}
		if about, err := os.Stat(target); err == nil {
			each.Directory = about.IsDir()
		}
		found = append(found, each)
	}
	return found
}

func indexOf(list []string, wanted string) int {
	for index, each := range list {
		if each == wanted {
			return index
		}
	}
	return -1
}

func hasOption(options, wanted string) bool {
	return indexOf(strings.Split(options, ","), wanted) >= 0
}

// kept are the options that a process notices.
func kept(options string) string {
	list := []string{}
	for _, option := range strings.Split(options, ",") {
		switch option {
		case "noexec", "nosuid", "nodev":
			list = append(list, option)
		}
	}
	sort.Strings(list)
	return strings.Join(list, ",")
}

// kinds of propagation, without the numbers of the groups.
func kinds(fields []string) []string {
	list := []string{}
	for _, field := range fields {
		kind, _, _ := strings.Cut(field, ":")
		list = append(list, kind)
	}
	return list
}

// unescape reads the octal escapes of mountinfo.
func unescape(text string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(text)
}

// writable tries: rights, capabilities and read-only mounts are all in the answer. What was made is removed again.
func writable(path string) string {
	about, err := os.Stat(path)
	if err != nil {
		return reason(err)
	}
	if !about.IsDir() {
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return reason(err)
		}
		file.Close()
		return "yes"
	}
	file, err := os.CreateTemp(path, ".probe-")
	if err != nil {
		return reason(err)
	}
	file.Close()
	os.Remove(file.Name())
	return "yes"
}

// entries describes a tree; of the root's only what is at its top, as the rest is the image's.
func entries(root string, top bool) map[string]string {
	found := map[string]string{}
	filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		relative, _ := filepath.Rel(root, path)
		if err != nil {
			found[relative] = reason(err)
			return fs.SkipDir
		}
		if strings.HasPrefix(filepath.Base(path), ".probe-") {
			return nil
		}
		if len(found) >= enough {
			return fs.SkipAll
		}
		found[relative] = describe(path, entry)
		if top && relative != "." && entry.IsDir() {
			return fs.SkipDir
		}
		return nil
	})
	return found
}

// describe gives kind, mode, owner and, of a file, its digest.
func describe(path string, entry fs.DirEntry) string {
	about, err := entry.Info()
	if err != nil {
		return reason(err)
	}
	owner := about.Sys().(*syscall.Stat_t)
	text := fmt.Sprintf("%s %d:%d", about.Mode(), owner.Uid, owner.Gid)
	switch {
	case about.Mode().IsRegular():
		content, err := os.ReadFile(path)
		if err != nil {
			return text + " " + reason(err)
		}
		digest := sha256.Sum256(content)
		return text + " " + hex.EncodeToString(digest[:6])
	case about.Mode()&fs.ModeSymlink != 0:
		where, _ := os.Readlink(path)
		return text + " -> " + where
	}
	return text
}

// file is one that was handed to the program, mounted or not.
type file struct {
	Is       string `json:"is"`
	Writable string `json:"writable"`
}

func filesAt(paths []string) map[string]file {
	found := map[string]file{}
	for _, path := range paths {
		about, err := os.Stat(path)
		if err != nil {
			found[path] = file{Is: reason(err), Writable: reason(err)}
			continue
		}
		found[path] = file{Is: describe(path, fs.FileInfoToDirEntry(about)), Writable: writable(path)}
	}
	return found
}

// devices are the nodes below /dev.
func devices() map[string]string {
	found := map[string]string{}
	list, _ := os.ReadDir("/dev")
	for _, entry := range list {
		about, err := os.Lstat("/dev/" + entry.Name())
		if err != nil {
			continue
		}
		text := about.Mode().String()
		if about.Mode()&fs.ModeDevice != 0 {
			number := about.Sys().(*syscall.Stat_t).Rdev
			text += fmt.Sprintf(" %d:%d", number>>8&0xfff, number&0xff|number>>12&0xfff00)
		}
		found[entry.Name()] = text
	}
	return found
}
