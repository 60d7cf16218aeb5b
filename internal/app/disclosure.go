package app

import (
	"bufio"
	"fmt"
	"io"
	"os"

	"github.com/sahna/sahna/internal/platform/packet"
)

// PacketKeys makes a recipient's keys, for a state body that is to be given data.
func PacketKeys(file string, out io.Writer) error {
	pub, priv, err := packet.NewKeys()
	if err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator of the machine names the file
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(f, priv); err != nil {
		_ = f.Close() // the write's error tells more
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, pub)
	return err
}

// OpenPacket opens what a disclosure has sealed, by a file with the private key or by the password on standard input.
func OpenPacket(file, key, to string, out io.Writer) error {
	sealed, err := os.ReadFile(file) //nolint:gosec // the operator of the machine names the file
	if err != nil {
		return err
	}
	wants, err := packet.ByPassword(sealed)
	if err != nil {
		return err
	}
	var plain []byte
	if wants {
		if _, err := fmt.Fprintln(out, "password:"); err != nil {
			return err
		}
		password, err := bufio.NewReader(os.Stdin).ReadString('\n')
		if err != nil && err != io.EOF {
			return err
		}
		if plain, err = packet.OpenPassword(password, sealed); err != nil {
			return err
		}
	} else {
		private, err := os.ReadFile(key) //nolint:gosec // the operator of the machine names the file
		if err != nil {
			return fmt.Errorf("this packet wants a private key (--key): %w", err)
		}
		if plain, err = packet.Open(string(private), sealed); err != nil {
			return err
		}
	}
	if err := os.WriteFile(to, plain, 0o600); err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, to)
	return err
}
