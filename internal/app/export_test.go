package app

// PutBack is a restore that stops before its replay.
var PutBack = putBack

// ReadManifest reads a backup's manifest.
var ReadManifest = readManifest
