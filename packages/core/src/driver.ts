export { type DirectoryWatch, directoryWatch } from './lib/discovery/directory-watch.ts';
export { discoveryFailure } from './lib/discovery/discovery-failure.ts';
export { pauseUntil } from './lib/discovery/pause-until.ts';
export { readPace } from './lib/discovery/read-pace.ts';
export { type WaitBounds, type WakeUp, wakeUp } from './lib/discovery/wake-up.ts';
export { jittered } from './lib/random.ts';
export {
  ANNOUNCEMENT_KEYS,
  type AnnouncementOptions,
  announcedEndpoint,
} from './lib/registration/announcement.ts';
export {
  parseRecord,
  type RawRecord,
  type RecordExtras,
  rawEndpoint,
  recordFields,
  writeRecord,
} from './lib/registration/endpoint-record.ts';
export {
  HEARTBEAT_KEYS,
  type HeartbeatSettings,
  heartbeatSettings,
} from './lib/registration/heartbeat-options.ts';
export { type WaitLimit, within } from './lib/within.ts';
