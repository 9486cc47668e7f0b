import { readConfig } from '../config.ts'
import { createSession, type Session } from '../session.ts'
import { startFakeApi, type FakeApi } from './fake-api.test-support.ts'
import { createTestHost, type TestHost } from './test-host.test-support.ts'

export interface Stage {
  readonly host: TestHost
  readonly session: Session
  readonly api: FakeApi
}

/** A fake server and a session that talks to it; the server is stopped, and asked for violations, at the end. */
export async function withApi(work: (stage: Stage) => Promise<void>): Promise<void> {
  const api = await startFakeApi({ authorization: null, token: null })
  const host = createTestHost({ SLIPWAY_API_URL: api.url })
  try {
    await work({ host, api, session: createSession(host, readConfig(host.env)) })
  } finally {
    await api.close()
  }
}
