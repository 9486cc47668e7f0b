// The same story twice: once in TypeScript through the API, once with Prefect's own command line.
import type { Cloud } from '../stage/cloud.ts'
import type { Display } from './display.ts'

export interface Scene {
  readonly cloud: Cloud
  readonly display: Display
  /** For files of this demo; removed with it. */
  readonly folder: string
  readonly signal: AbortSignal
}

export interface Scenario {
  /** Makes ready what the scenario needs besides this project; returns folders for the containers' PATH. */
  readonly prepare: (tools: Pick<Scene, 'display' | 'signal'>) => Promise<string>
  /** Credentials, pool, deployment; each is told to the display. Returns a flow run that was just created. */
  readonly begin: (scene: Scene) => Promise<string>
  /** Shows what the run left, in the scenario's own way. */
  readonly review: (scene: Scene, flow_run_id: string) => Promise<void>
}

/** One thing that was made, and where it is. */
export function made(display: Display, what: string, where: string): void {
  display.line(`  ${what.padEnd(18)} ${where}`)
}
