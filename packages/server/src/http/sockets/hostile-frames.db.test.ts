import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestServer, type TestServer } from '../../testing/server.ts'
import { openAuthenticated, openSocket } from '../../testing/socket-client.ts'

const PATHS = ['/events/in', '/events/out', '/logs/out'] as const
const LARGE = 'x'.repeat(1_400_000)

let server: TestServer
let url = ''
beforeAll(async () => {
  server = await createTestServer()
  url = `${(await server.app.listen({ host: '127.0.0.1', port: 0 })).replace('http', 'ws')}/api`
})
afterAll(() => server.close())

test.for(PATHS)('%s closes on binary garbage and on a frame of 2 MB, and lives on', async (path) => {
  const garbage = await openSocket(`${url}${path}`)
  garbage.socket.send(Buffer.from([0xff, 0, 0xfe, 0x80]))
  expect(await garbage.closed).toEqual({ code: 1008, reason: "Expected 'auth' message" })
  const large = await openAuthenticated(`${url}${path}`)
  large.socket.send(Buffer.alloc(2_000_000))
  expect((await large.closed).code).toBe(1009)
  const other = await openAuthenticated(`${url}${path}`)
  await other.ping()
  other.close()
})

test.for(['/events/out', '/logs/out'] as const)('%s tells what is wrong with a filter in any script', async (path) => {
  const client = await openAuthenticated(`${url}${path}`)
  client.send({ type: 'filter', filter: { ['é😀'.repeat(100)]: 1 } })
  const { code, reason } = await client.closed
  expect(code).toBe(1002)
  expect(reason).toMatch(/^Invalid filter: filter\.(?:é😀)+é?$/)
})

test.for(['/events/out', '/logs/out'] as const)('%s keeps nothing of what a subscriber sends', async (path) => {
  const client = await openAuthenticated(`${url}${path}`)
  client.send({ type: 'filter', filter: {} })
  for (let sent = 0; sent < 20; sent += 1) client.send(LARGE)
  // The answer comes after all frames have been read.
  await client.ping()
  client.close()
  expect((await client.closed).code).toBe(1005)
})
