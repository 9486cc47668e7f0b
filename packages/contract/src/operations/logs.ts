import { Type } from 'typebox'
import { LogFilter, LogSort } from '../filters/logs.ts'
import { Json } from '../json.ts'
import { Log, LogBatch } from '../logs.ts'
import { BODY_8_MIB, operation } from '../operation.ts'
import { PageLimit, PageOffset } from '../paging.ts'
import { Default, Nullable } from '../schema.ts'

export const createLogs = operation({
  id: 'createLogs',
  method: 'POST',
  path: '/logs/',
  summary: 'Store log lines',
  tags: ['Logs'],
  scope: 'run',
  body: LogBatch,
  response: Json,
  status: 201,
  maxBodyBytes: BODY_8_MIB,
})

export const readLogs = operation({
  id: 'readLogs',
  method: 'POST',
  path: '/logs/filter',
  summary: 'List log lines',
  tags: ['Logs'],
  scope: 'read',
  body: Type.Object({
    offset: PageOffset,
    logs: Type.Optional(Nullable(LogFilter)),
    sort: Default(LogSort, 'TIMESTAMP_ASC'),
    limit: PageLimit,
  }),
  embedded: true,
  response: Type.Array(Log),
})
