// Package document takes documents from people and has them checked.
//
// It owns the kinds of documents that may be asked for, each with its purpose,
// ground and term; what people sent; and what the check said. It promises that a
// file lies sealed under a key of its own and is destroyed with the check, with
// its term or at the person's word, leaving only what was checked, by whom, when
// and with what result; and that what looks like an identity document is
// destroyed before it is kept. It does not know what an accepted document
// allows: who asked for it does.
package document
