import { Type, type Static } from 'typebox'
import { Uuid } from './ids.ts'
import { DateTime, JsonObject, TimezoneName } from './json.ts'
import { Default, Integer, Labelled, Nullable, Strict } from './schema.ts'

export const CronSchedule = Type.Object({
  cron: Type.String(),
  timezone: Nullable(Type.String()),
  day_or: Type.Boolean(),
})
export type CronSchedule = Static<typeof CronSchedule>

export const RRuleSchedule = Type.Object({
  rrule: Type.String(),
  timezone: Nullable(Type.String()),
})
export type RRuleSchedule = Static<typeof RRuleSchedule>

export const IntervalSchedule = Type.Object({
  interval: Type.Number(),
  anchor_date: DateTime,
  timezone: Nullable(Type.String()),
})
export type IntervalSchedule = Static<typeof IntervalSchedule>

export const CronScheduleInput = Strict(
  {
    cron: Type.String({ check: 'cron' }),
    timezone: Default(Nullable(Type.String()), null),
    day_or: Default(Type.Boolean(), true),
  },
  { check: 'timezone' },
)
export type CronScheduleInput = Static<typeof CronScheduleInput>

export const RRuleScheduleInput = Strict({
  rrule: Type.String({ check: 'rrule' }),
  timezone: Default(Nullable(TimezoneName), 'UTC'),
})
export type RRuleScheduleInput = Static<typeof RRuleScheduleInput>

export const IntervalScheduleInput = Strict(
  {
    interval: Type.Number({ format: 'duration', check: 'interval' }),
    anchor_date: Type.Optional(DateTime),
    timezone: Default(Nullable(Type.String()), null),
  },
  { check: 'timezone' },
)
export type IntervalScheduleInput = Static<typeof IntervalScheduleInput>

export const Schedule = Type.Union([IntervalSchedule, CronSchedule, RRuleSchedule])
export type Schedule = Static<typeof Schedule>

export const ScheduleInput = Type.Union([
  Labelled('function-after[validate_timezone(), IntervalSchedule]', IntervalScheduleInput),
  Labelled('function-after[validate_timezone(), CronSchedule]', CronScheduleInput),
  Labelled('RRuleSchedule', RRuleScheduleInput),
])
export type ScheduleInput = Static<typeof ScheduleInput>

export const DeploymentSchedule = Type.Object({
  id: Uuid,
  created: Nullable(DateTime),
  updated: Nullable(DateTime),
  deployment_id: Nullable(Uuid),
  schedule: Schedule,
  active: Type.Boolean(),
  max_scheduled_runs: Nullable(Integer({ exclusiveMinimum: 0 })),
  parameters: JsonObject,
  slug: Nullable(Type.String()),
})
export type DeploymentSchedule = Static<typeof DeploymentSchedule>

const MaxScheduledRuns = Type.Integer({ exclusiveMinimum: 0, check: 'max-scheduled-runs' })

export const DeploymentScheduleCreate = Strict({
  active: Default(Type.Boolean(), true),
  schedule: ScheduleInput,
  max_scheduled_runs: Default(Nullable(MaxScheduledRuns), null),
  parameters: Default(JsonObject, {}),
  slug: Default(Nullable(Type.String()), null),
  replaces: Default(Nullable(Type.String()), null),
})
export type DeploymentScheduleCreate = Static<typeof DeploymentScheduleCreate>

export const DeploymentScheduleUpdate = Strict({
  active: Type.Optional(Nullable(Type.Boolean())),
  schedule: Type.Optional(Nullable(ScheduleInput)),
  max_scheduled_runs: Type.Optional(Nullable(MaxScheduledRuns)),
  parameters: Type.Optional(JsonObject),
  slug: Type.Optional(Nullable(Type.String())),
  replaces: Type.Optional(Nullable(Type.String())),
})
export type DeploymentScheduleUpdate = Static<typeof DeploymentScheduleUpdate>
