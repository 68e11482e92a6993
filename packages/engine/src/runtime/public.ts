// The public face of the package `ethogram`: the engine in process.
export { open, type OpenOptions } from './open.js';
export { Engine, type EngineOptions, type Health, type ProfileView } from './engine.js';
export type { WriteAnswer } from './writer.js';
export { shopTypes } from './shop-types.js';
export type { IncomingEvent } from '../collect/incoming.js';
export type { Rejection } from '../collect/sequencer.js';
export { errors, CodedError, type ErrorCode } from '../base/errors.js';
export { limits } from '../base/limits.js';
export type { Result, Failure } from '../base/result.js';
export type { EventType, PropertyRule, DataCategory } from '../model/event-type.js';
export type { Item, ItemFilter } from '../model/item.js';
export type { Purpose } from '../model/purpose.js';
export type { Choice, ConsentChange, BasisDeclaration, LawfulBasis } from '../model/system-event.js';
export type { DecisionRecord, RankRequest, RankedItem, Reason } from '../model/decision.js';
export type { DecisionPoint } from '../model/decision-point.js';
export type { Why } from '../answer/why.js';
