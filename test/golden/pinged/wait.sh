#!/bin/sh
# ping db
while ! ping -c 1 db; do sleep 1; done
