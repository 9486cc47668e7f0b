import { BlockList, isIP } from 'node:net'

/** Not routed on the internet: this host, private networks, links (with the metadata services of clouds), tests, multicast. */
const RESERVED_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]
/** Within the range that is routed: documentation, and tunnels that carry an IPv4 address to anywhere. */
const RESERVED_V6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

/** Whether an address is one of the public internet. `host` is an IP address without brackets. */
export function isPublicAddress(host: string): boolean {
  const family = isIP(host)
  if (family === 4) return !listOf('ipv4', RESERVED_V4).check(host, 'ipv4')
  if (family !== 6) return false
  const inner = embeddedV4(host)
  if (inner !== null) return isPublicAddress(inner)
  return listOf('ipv6', [['2000::', 3]]).check(host, 'ipv6') && !listOf('ipv6', RESERVED_V6).check(host, 'ipv6')
}

function listOf(family: 'ipv4' | 'ipv6', subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList()
  for (const [net, prefix] of subnets) list.addSubnet(net, prefix, family)
  return list
}

/** `::ffff:a.b.c.d` is that host itself; `64:ff9b::a.b.c.d` is translated to it by the network. */
function embeddedV4(host: string): string | null {
  if (
    !listOf('ipv6', [
      ['::ffff:0:0', 96],
      ['64:ff9b::', 96],
    ]).check(host, 'ipv6')
  )
    return null
  // The URL parser writes every form of an address in the same one: the last two groups in hexadecimal.
  const text = new URL(`http://[${host.split('%')[0] ?? ''}]/`).hostname.slice(1, -1)
  const [high = '0', low = '0'] = text.split(':').slice(-2)
  const [first, second] = [Number.parseInt(high || '0', 16), Number.parseInt(low || '0', 16)]
  return [first >> 8, first & 255, second >> 8, second & 255].join('.')
}
