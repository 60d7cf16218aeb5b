//go:build !linux

package tool

import "os/exec"

func alone(*exec.Cmd) {}
