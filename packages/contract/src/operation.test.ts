import { expect, expectTypeOf, test } from 'vitest'
import type { BodyOf, ParamsOf, QueryOf, RequestBodyOf, ResponseOf } from './operation.ts'
import { operations } from './operations.ts'

type Operations = typeof operations

test('a handler gets defaults as present, a client may leave them out', () => {
  expectTypeOf<BodyOf<Operations['readFlowRuns']>['limit']>().toEqualTypeOf<number>()
  expectTypeOf<RequestBodyOf<Operations['readFlowRuns']>['limit']>().toEqualTypeOf<number | undefined>()
  expectTypeOf<BodyOf<Operations['createWorkPool']>['concurrency_limit']>().toEqualTypeOf<number | null>()
  expectTypeOf<QueryOf<Operations['readBlockDocument']>['include_secrets']>().toEqualTypeOf<boolean>()
})

test('a default is present at any depth', () => {
  type Policy = NonNullable<BodyOf<Operations['createFlowRun']>['empirical_policy']>
  expectTypeOf<Policy['retries']>().toEqualTypeOf<number | null>()
  type Details = NonNullable<BodyOf<Operations['setFlowRunState']>['state']['state_details']>
  expectTypeOf<Details['transition_id']>().toEqualTypeOf<string | null>()
})

test('a patch tells absent from null', () => {
  type Patch = BodyOf<Operations['updateWorkPool']>
  expectTypeOf<Patch['concurrency_limit']>().toEqualTypeOf<number | null | undefined>()
  expectTypeOf<{ concurrency_limit: null }>().toExtend<Patch>()
  expectTypeOf<object>().toExtend<Patch>()
})

test('what is not there is undefined', () => {
  expectTypeOf<BodyOf<Operations['readFlow']>>().toEqualTypeOf<undefined>()
  expectTypeOf<ResponseOf<Operations['deleteFlow']>>().toEqualTypeOf<undefined>()
  expectTypeOf<ParamsOf<Operations['health']>>().toEqualTypeOf<undefined>()
  expectTypeOf<ResponseOf<Operations['health']>>().toEqualTypeOf<boolean>()
})

test('an operation cannot be changed', () => {
  expect(Object.isFrozen(operations.health)).toBe(true)
})
