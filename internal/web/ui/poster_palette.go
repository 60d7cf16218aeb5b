package ui

// colours are a poster's: the ground, a deeper tone on it, the main one, a spark, and the ink of the title.
type colours struct{ ground, deep, main, ink, spark string }

// palettes are chosen by genre; several each, so that a wall of one genre is not one colour.
var palettes = map[string][]colours{
	"theatre": {
		{"#1c0f13", "#6b1d1f", "#d23b2f", "#f6dfb8", "#eaa43c"},
		{"#121a2b", "#2a4468", "#c1486a", "#f4e3c1", "#e5ab5c"},
		{"#0d1f1c", "#1f5546", "#d25c42", "#f3e6ca", "#dcb64e"},
	},
	"opera": {
		{"#190f26", "#4b2469", "#a546ab", "#f8e2c8", "#ecb84e"},
		{"#0b1a2a", "#1d4268", "#4a8fb9", "#f4e8d2", "#dba84f"},
		{"#230a0c", "#701526", "#bb2b45", "#f8e5d1", "#dba84f"},
	},
	"ballet": {
		{"#14182b", "#37416f", "#8f9be0", "#f4f1ff", "#f2a7b9"},
		{"#231522", "#6a3a5b", "#d58fae", "#fbeef2", "#e9c46a"},
		{"#eef0f4", "#c3cadd", "#4a5687", "#1c2340", "#c25b7c"},
	},
	"concert": {
		{"#0a1c29", "#0f5364", "#ec6b1a", "#fdebc8", "#fdb02f"},
		{"#10131f", "#30327c", "#6a64ea", "#f2ebff", "#ff7470"},
		{"#1b1208", "#75440f", "#e5a522", "#fff1cf", "#d23b2f"},
	},
	"sport": {
		{"#05202a", "#00707a", "#16b3bc", "#eef7ee", "#ffd03a"},
		{"#0a1a0f", "#176034", "#34b866", "#f2f7dc", "#ffd545"},
		{"#0a1230", "#2142b4", "#3b78f5", "#eef3ff", "#ff6340"},
	},
	"club": {
		{"#0c0714", "#431169", "#de26a5", "#fce8ff", "#2ee6d6"},
		{"#07090f", "#173062", "#0fb4d8", "#e6fbff", "#ff466f"},
		{"#090e09", "#155035", "#aee83a", "#f4ffe0", "#ff5aa5"},
	},
	"museum": {
		{"#efe4cf", "#cfae76", "#92402a", "#2b1d16", "#1f6f78"},
		{"#e8e6dd", "#b0bfac", "#2f5d50", "#1d2a26", "#c7662b"},
		{"#f1e9da", "#dabf94", "#26467a", "#182238", "#b33a3a"},
	},
	"children": {
		{"#ffd447", "#ffa62b", "#e4572e", "#3b1d4a", "#0f8b9d"},
		{"#9adbeb", "#45b0d4", "#ef5b5b", "#12304a", "#ffdd4a"},
		{"#f9bccb", "#f2849f", "#7b4bb7", "#33154f", "#ffd84f"},
	},
	"festival": {
		{"#072e38", "#0d837d", "#f4ac4a", "#fff3d6", "#ea6039"},
		{"#380c2a", "#96205f", "#ff8658", "#ffeacc", "#ffd66e"},
		{"#112711", "#386332", "#efb837", "#f8f3d4", "#dc5467"},
	},
	"comedy": {
		{"#ffcb2f", "#f5a01d", "#d7263d", "#2a1206", "#17717d"},
		{"#141f3b", "#125592", "#ffb90f", "#fff2d0", "#fd6b47"},
		{"#f26b49", "#d44a2e", "#ffd76a", "#2a0d06", "#fff0d0"},
	},
}
