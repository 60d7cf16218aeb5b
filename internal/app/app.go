// Package app wires the rooms together: it opens, builds, mounts, starts, and closes in reverse.
//
// It owns the order of starting and stopping, and the configuration. It
// promises that what Open returns serves every page or an error says why not.
// It has no rules of its own.
package app
