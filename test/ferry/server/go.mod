module compose-ferry/server

go 1.24
