// Command go-verify holds what Wellclear publishes against code that is not Wellclear's: the packages note and tlog with
// which the Go toolchain itself verifies its checksum database. It reads files and nothing else.
//
//	go-verify [-log VKEY] [-channel ID] bundle DIRECTORY
//	go-verify [-log VKEY] evidence FILE
//
// Exit code 0: it holds, and standard output says what; 1: it does not, and standard error says why; 2: wrong usage.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	logKey := flag.String("log", "", "the log's key (name+id+base64), known by another way")
	channel := flag.String("channel", "", "the channel's id (base64), known by another way")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: go-verify [-log VKEY] [-channel ID] bundle DIRECTORY | evidence FILE")
	}
	flag.Parse()
	if flag.NArg() != 2 {
		flag.Usage()
		os.Exit(2)
	}
	var said []string
	var err error
	switch flag.Arg(0) {
	case "bundle":
		said, err = verifyBundle(flag.Arg(1), *logKey, *channel)
	case "evidence":
		said, err = verifyEvidence(flag.Arg(1), *logKey)
	default:
		flag.Usage()
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(1)
	}
	for _, line := range said {
		fmt.Println(line)
	}
}
