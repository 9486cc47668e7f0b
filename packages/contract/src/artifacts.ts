import { Type, type Static } from 'typebox'
import { Uuid } from './ids.ts'
import { DateTime, Json } from './json.ts'
import { Default, MapOf, Nullable, Strict } from './schema.ts'

export const ArtifactCreate = Strict({
  key: Default(Nullable(Type.String({ check: 'slug' })), null),
  type: Default(Nullable(Type.String()), null),
  description: Default(Nullable(Type.String()), null),
  data: Default(Json, null),
  metadata_: Default(Nullable(MapOf(Type.String())), null),
  flow_run_id: Default(Nullable(Uuid), null),
  task_run_id: Default(Nullable(Uuid), null),
})
export type ArtifactCreate = Static<typeof ArtifactCreate>

export const ArtifactUpdate = Strict({
  data: Type.Optional(Json),
  description: Type.Optional(Nullable(Type.String())),
  metadata_: Type.Optional(Nullable(MapOf(Type.String()))),
})
export type ArtifactUpdate = Static<typeof ArtifactUpdate>

export const Artifact = Type.Object({
  id: Uuid,
  created: Nullable(DateTime),
  updated: Nullable(DateTime),
  key: Nullable(Type.String()),
  type: Nullable(Type.String()),
  description: Nullable(Type.String()),
  data: Json,
  metadata_: Nullable(MapOf(Type.String())),
  flow_run_id: Nullable(Uuid),
  task_run_id: Nullable(Uuid),
})
export type Artifact = Static<typeof Artifact>

export const ArtifactCollection = Type.Object({
  id: Uuid,
  created: Nullable(DateTime),
  updated: Nullable(DateTime),
  key: Type.String(),
  latest_id: Uuid,
  type: Nullable(Type.String()),
  description: Nullable(Type.String()),
  data: Json,
  metadata_: Nullable(MapOf(Type.String())),
  flow_run_id: Nullable(Uuid),
  task_run_id: Nullable(Uuid),
})
export type ArtifactCollection = Static<typeof ArtifactCollection>
