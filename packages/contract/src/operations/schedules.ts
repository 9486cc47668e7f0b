import { Type } from 'typebox'
import { ById, Uuid } from '../ids.ts'
import { operation } from '../operation.ts'
import { DeploymentSchedule, DeploymentScheduleCreate, DeploymentScheduleUpdate } from '../schedules.ts'

export const readDeploymentSchedules = operation({
  id: 'readDeploymentSchedules',
  method: 'GET',
  path: '/deployments/{id}/schedules',
  summary: 'List the schedules of a deployment',
  tags: ['Deployment schedules'],
  scope: 'read',
  params: ById,
  response: Type.Array(DeploymentSchedule),
  errors: [404],
})

export const createDeploymentSchedules = operation({
  id: 'createDeploymentSchedules',
  method: 'POST',
  path: '/deployments/{id}/schedules',
  summary: 'Add schedules to a deployment',
  tags: ['Deployment schedules'],
  scope: 'deploy',
  params: ById,
  body: Type.Array(DeploymentScheduleCreate),
  response: Type.Array(DeploymentSchedule),
  status: 201,
  errors: [404],
})

export const updateDeploymentSchedule = operation({
  id: 'updateDeploymentSchedule',
  method: 'PATCH',
  path: '/deployments/{id}/schedules/{schedule_id}',
  summary: 'Change a schedule',
  tags: ['Deployment schedules'],
  scope: 'deploy',
  params: Type.Object({ id: Uuid, schedule_id: Uuid }),
  body: DeploymentScheduleUpdate,
  status: 204,
  errors: [404],
})

export const deleteDeploymentSchedule = operation({
  id: 'deleteDeploymentSchedule',
  method: 'DELETE',
  path: '/deployments/{id}/schedules/{schedule_id}',
  summary: 'Delete a schedule',
  tags: ['Deployment schedules'],
  scope: 'deploy',
  params: Type.Object({ id: Uuid, schedule_id: Uuid }),
  status: 204,
  errors: [404],
})
