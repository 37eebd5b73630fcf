module compose-ferry/probe

go 1.24
