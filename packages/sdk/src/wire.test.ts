import type * as contract from '@slipway/contract'
import { expectTypeOf, test } from 'vitest'
import type * as wire from './wire.ts'

/** `readonly` is a promise of ours that the contract does not make. */
type Writable<T> = T extends readonly (infer Item)[]
  ? Writable<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Writable<T[Key]> }
    : T

/** What is any JSON to the contract and never looked at by it. */
type Sent<T, Opaque extends keyof T = never> = Writable<Omit<T, Opaque>>

test('what the SDK sends is what the contract takes', () => {
  expectTypeOf<Sent<wire.StateCreate>>().toExtend<contract.StateCreate>()
  expectTypeOf<Sent<wire.FlowRunCreate, 'parameters'>>().toExtend<contract.FlowRunCreate>()
  expectTypeOf<Sent<wire.FlowRunUpdate>>().toExtend<contract.FlowRunUpdate>()
  expectTypeOf<Sent<wire.TaskRunCreate>>().toExtend<contract.TaskRunCreate>()
  expectTypeOf<Sent<wire.LogCreate>>().toExtend<contract.LogCreate>()
  expectTypeOf<Sent<wire.WireEvent, 'payload'>>().toExtend<contract.EventInput>()
})

test('what the contract answers is what the SDK reads', () => {
  expectTypeOf<contract.State>().toExtend<wire.ServerState>()
  expectTypeOf<contract.OrchestrationResult>().toExtend<wire.OrchestrationResult>()
  expectTypeOf<contract.FlowRunResponse>().toExtend<wire.FlowRunRecord>()
  expectTypeOf<contract.DeploymentResponse>().toExtend<wire.DeploymentRecord>()
  expectTypeOf<contract.Flow>().toExtend<wire.FlowRecord>()
})
