import { readFile } from 'node:fs/promises';

/** What went one way through a network interface since the machine started. */
export interface Traffic {
  bytes: number;
  errors: number;
  drops: number;
}

/** One network interface. */
export interface NetworkInterface {
  name: string;
  received: Traffic;
  transmitted: Traffic;
}

/** The machine's network interfaces. Linux tells them in a file; elsewhere it takes a library. */
export async function readInterfaces(): Promise<NetworkInterface[]> {
  if (process.platform === 'linux') return parseNetDev(await readFile('/proc/net/dev', 'utf8'));
  const { default: information } = await import('systeminformation');
  const stats = await information.networkStats('*');
  return stats.map((entry) => ({
    name: entry.iface,
    received: { bytes: entry.rx_bytes, errors: entry.rx_errors, drops: entry.rx_dropped },
    transmitted: { bytes: entry.tx_bytes, errors: entry.tx_errors, drops: entry.tx_dropped },
  }));
}

/** Reads `/proc/net/dev`: two lines of headings, then bytes, packets, errors, drops … of each. */
export function parseNetDev(text: string): NetworkInterface[] {
  return text
    .split('\n')
    .slice(2)
    .filter((line) => line.includes(':'))
    .map((line) => {
      const colon = line.indexOf(':');
      const figures = line
        .slice(colon + 1)
        .trim()
        .split(/\s+/)
        .map(Number);
      const traffic = (first: number): Traffic => ({
        bytes: figures[first] ?? 0,
        errors: figures[first + 2] ?? 0,
        drops: figures[first + 3] ?? 0,
      });
      return { name: line.slice(0, colon).trim(), received: traffic(0), transmitted: traffic(8) };
    });
}
