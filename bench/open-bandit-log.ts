// Reads a file of the Open Bandit Dataset: what was shown where, with which probability, and whether it was clicked.
// Clusters are people as far as the file tells them apart: equal values of its four user features.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Logged } from 'ethogram/internal/influence/offpolicy/logged';
import { Complaint, demand } from './complaint.js';

export function readOpenBanditLog(folder: string, name: string, actions: number): Logged {
  const path = join(folder, `${name}.csv.gz`);
  if (!existsSync(path)) throw new Complaint(2, `${path} is not there`);
  const lines = gunzipSync(readFileSync(path)).toString('utf8').trim().split('\n');
  const header = (lines[0] ?? '').split(',');
  const column = (named: string): number => {
    const at = header.indexOf(named);
    demand(at >= 0, `${name} has a column ${named}`);
    return at;
  };
  const [item, position, click, propensity] = [column('item_id'), column('position'), column('click'), column('propensity_score')];
  const users = [0, 1, 2, 3].map((feature) => column(`user_feature_${feature}`));
  const rows = lines.slice(1).map((line) => line.split(','));
  const clusters = new Map<string, number>();
  const cluster = rows.map((row) => {
    const person = users.map((at) => row[at]).join(' ');
    const known = clusters.get(person) ?? clusters.size;
    clusters.set(person, known);
    return known;
  });
  const numbers = (at: number): number[] => rows.map((row) => Number(row[at]));
  return {
    actions,
    action: Int32Array.from(numbers(item)),
    reward: Float64Array.from(numbers(click)),
    propensity: Float64Array.from(numbers(propensity)),
    group: Int32Array.from(numbers(position), (place) => place - 1),
    groups: 3,
    cluster: Int32Array.from(cluster),
    clusters: clusters.size,
  };
}

/** Rows `from` up to, not including, `below` of a log. */
export function part(logged: Logged, from: number, below: number): Logged {
  return {
    ...logged,
    action: logged.action.subarray(from, below),
    reward: logged.reward.subarray(from, below),
    propensity: logged.propensity.subarray(from, below),
    group: logged.group.subarray(from, below),
    cluster: logged.cluster.subarray(from, below),
  };
}

export function meanReward({ reward }: Logged): number {
  return reward.reduce((sum, each) => sum + each, 0) / reward.length;
}
