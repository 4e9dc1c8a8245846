module wellclear.example/go-verify

go 1.19

require (
	golang.org/x/crypto v0.0.0
	golang.org/x/mod v0.0.0
)

replace (
	golang.org/x/crypto => ./of-the-toolchain/crypto
	golang.org/x/mod => ./of-the-toolchain/mod
)
