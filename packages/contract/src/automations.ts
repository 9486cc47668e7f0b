import { Type, type Static } from 'typebox'
import { Action } from './actions.ts'
import { Uuid } from './ids.ts'
import { DateTime } from './json.ts'
import { Default, Nullable, Strict } from './schema.ts'
import { Trigger } from './triggers.ts'

export const AutomationCreate = Strict({
  name: Type.String(),
  description: Default(Type.String(), ''),
  enabled: Default(Type.Boolean(), true),
  tags: Default(Type.Array(Type.String()), []),
  trigger: Trigger,
  actions: Type.Array(Action),
  actions_on_trigger: Default(Type.Array(Action), []),
  actions_on_resolve: Default(Type.Array(Action), []),
  owner_resource: Default(Nullable(Type.String()), null),
})
export type AutomationCreate = Static<typeof AutomationCreate>

export const AutomationUpdate = Strict({
  name: Type.String(),
  description: Type.Optional(Type.String()),
  enabled: Type.Optional(Type.Boolean()),
  tags: Type.Optional(Type.Array(Type.String())),
  trigger: Trigger,
  actions: Type.Array(Action),
  actions_on_trigger: Type.Optional(Type.Array(Action)),
  actions_on_resolve: Type.Optional(Type.Array(Action)),
})
export type AutomationUpdate = Static<typeof AutomationUpdate>

export const AutomationPartialUpdate = Strict({
  enabled: Type.Optional(Type.Boolean()),
})
export type AutomationPartialUpdate = Static<typeof AutomationPartialUpdate>

export const Automation = Type.Object({
  name: Type.String(),
  description: Type.String(),
  enabled: Type.Boolean(),
  tags: Type.Array(Type.String()),
  trigger: Trigger,
  actions: Type.Array(Action),
  actions_on_trigger: Type.Array(Action),
  actions_on_resolve: Type.Array(Action),
  id: Uuid,
  created: Nullable(DateTime),
  updated: Nullable(DateTime),
})
export type Automation = Static<typeof Automation>
