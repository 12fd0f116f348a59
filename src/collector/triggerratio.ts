/**
 * The trigger-ratio pacer of Go 1.5 to 1.17, and the fixed trigger before it. Follows src/runtime/mgc.go and mgcpacer.go at the
 * commits that release.ts names: a proportional controller moves the trigger, as a share of heap growth, so that marking ends as the
 * heap reaches its goal at the wanted share of CPU.
 */
import { fail } from '../assert.ts';
import type { PacerRecord } from '../cycle.ts';
import type { Bytes } from '../units.ts';
import type { EndCycleInput, FinishCycleInput, Pacer } from './pacer.ts';
import {
  gcBackgroundUtilization,
  heapMinimumDefault,
  initialTriggerRatio,
  maxOvershoot,
  runwayMin,
  scanWorkExpectedMin,
  sweepMinHeapDistance,
  triggerGain,
  triggerRatioMax,
  workRatioInitial,
  workRatioWeight,
} from './params.ts';
import type { PacerModel } from './release.ts';

export class TriggerRatioPacer implements Pacer {
  trigger: Bytes = 0;
  heapGoal: Bytes = 0;
  heapMarked: Bytes = 0;
  assistWorkPerByte = 0;
  assistBytesPerWork = 0;
  dedicatedWorkers = 0;
  fractionalUtilizationGoal = 0;

  private readonly model: PacerModel;
  private gcPercent: number;
  private heapMinimum: Bytes;
  private triggerRatio = initialTriggerRatio;
  private heapReachable: Bytes = 0;
  private initialHeapLive: Bytes = 0;
  /** Scan work a byte marked, averaged over collections (to ce502b06). */
  private workRatioAverage = workRatioInitial;
  private last: PacerRecord = {};

  constructor(model: PacerModel, gcPercent: number) {
    this.model = model;
    this.gcPercent = gcPercent;
    this.heapMinimum = this.minimum();
    this.limitRatio();
    this.trigger = gcPercent < 0 ? Number.POSITIVE_INFINITY : this.heapMinimum;
    this.heapGoal = this.trigger;
  }

  /** setGCPercent: a trigger ratio above GOGC would put the trigger above the goal. From 1.9 it stays a little below. */
  private limitRatio(): void {
    const growth = Math.max(0, this.gcPercent) / 100;
    const most = this.model.forcedKeepsRatio ? triggerRatioMax * growth : growth;
    this.triggerRatio = Math.min(this.triggerRatio, most);
  }

  private minimum(): Bytes {
    return this.model.minimumScales && this.gcPercent >= 0
      ? Math.floor((heapMinimumDefault * this.gcPercent) / 100)
      : heapMinimumDefault;
  }

  setGcPercent(gcPercent: number, heapLive: Bytes): void {
    this.gcPercent = gcPercent;
    this.heapMinimum = this.minimum();
    this.limitRatio();
    this.setTrigger(heapLive);
  }

  startCycle(heapLive: Bytes, procs: number): void {
    const model = this.model;
    const growth = Math.max(0, this.gcPercent) / 100;
    this.initialHeapLive = heapLive;
    this.last = {};
    // On the first collection, and on small heaps, pretend a marked heap that would have led to this trigger.
    if (this.trigger <= this.heapMinimum) {
      this.heapMarked =
        model.trigger === 'ratio'
          ? Math.floor(this.trigger / (1 + this.triggerRatio))
          : Math.floor(this.trigger / (1 + growth));
      this.heapReachable = this.heapMarked;
    }
    const base = model.base === 'reachable' ? this.heapReachable : this.heapMarked;
    this.heapGoal =
      this.gcPercent < 0
        ? Number.MAX_SAFE_INTEGER
        : base + Math.floor((base * this.gcPercent) / 100);
    if (model.goalRaised) this.heapGoal = Math.max(this.heapGoal, heapLive + runwayMin);

    const total = procs * gcBackgroundUtilization;
    if (model.dedicated === 'floor') {
      this.dedicatedWorkers = Math.floor(total);
      this.fractionalUtilizationGoal = total - this.dedicatedWorkers;
    } else {
      let dedicated = Math.floor(total + 0.5);
      const error = dedicated / total - 1;
      let fractional = 0;
      if (error < -0.3 || error > 0.3) {
        if (dedicated > total) dedicated--;
        fractional = (total - dedicated) / procs;
      }
      this.dedicatedWorkers = dedicated;
      this.fractionalUtilizationGoal = fractional;
    }
  }

  revise(heapLive: Bytes, heapScan: Bytes, scanWork: number, bytesMarked: Bytes): void {
    const model = this.model;
    let expected = 0;
    let distance = 0;
    switch (model.ratio) {
      case 'none':
        this.assistWorkPerByte = 0;
        this.assistBytesPerWork = 0;
        return;
      case 'work-ratio': {
        const estimate = Math.max(this.heapMarked, bytesMarked);
        expected = estimate * this.workRatioAverage;
        distance = Math.max(runwayMin, this.heapGoal - this.initialHeapLive);
        break;
      }
      case 'heap-scan':
        expected = heapScan;
        distance = Math.max(runwayMin, this.heapGoal - this.initialHeapLive);
        break;
      case 'remaining':
        expected = Math.max(scanWorkExpectedMin, heapScan - scanWork);
        distance = Math.max(1, this.heapGoal - heapLive);
        break;
      case 'soft-hard': {
        const soft = heapLive <= this.heapGoal;
        const goal = soft ? this.heapGoal : Math.floor(this.heapGoal * maxOvershoot);
        const percent = Math.max(0, this.gcPercent);
        const all = soft ? Math.floor((heapScan * 100) / (100 + percent)) : heapScan;
        expected = Math.max(scanWorkExpectedMin, all - scanWork);
        distance = Math.max(1, goal - heapLive);
        break;
      }
    }
    this.assistWorkPerByte = expected / distance;
    this.assistBytesPerWork = expected > 0 ? distance / expected : 0;
    if (!Number.isFinite(this.assistWorkPerByte)) {
      fail('assist ratio is not finite', expected, distance);
    }
  }

  /** Keeps what the assist-ratio line of gcpacertrace shows. Call after the first revise of a collection. */
  noteStart(heapLive: Bytes, heapScan: Bytes): void {
    this.last = {
      start: {
        assistRatio: this.assistWorkPerByte,
        heapScanBytes: heapScan,
        assistFromBytes: heapLive,
        assistToBytes: this.heapGoal,
        dedicatedWorkers: this.dedicatedWorkers,
        fractionalWorkers:
          this.model.dedicated === 'round'
            ? this.fractionalUtilizationGoal
            : this.fractionalUtilizationGoal > 0
              ? 1
              : 0,
      },
    };
  }

  endCycle(input: EndCycleInput): void {
    const model = this.model;
    if (model.trigger !== 'ratio') return;
    if (input.forced && model.forcedKeepsRatio) return;
    // A collection that was asked for while GOGC is off, or before there was a marked heap, teaches nothing.
    if (this.gcPercent < 0 || this.heapMarked === 0) return;
    const cpuNs = input.durationNs * input.procs;
    let utilization = gcBackgroundUtilization;
    if (input.durationNs > 0) {
      utilization =
        model.utilization === 'measured'
          ? (input.assistNs + input.dedicatedNs + input.fractionalNs) / cpuNs
          : gcBackgroundUtilization + input.assistNs / cpuNs;
    }
    const goalGrowth = Math.max(0, this.gcPercent) / 100;
    const actualGrowth = input.heapLive / this.heapMarked - 1;
    const ratio = this.triggerRatio;
    const error =
      goalGrowth - ratio - (utilization / model.goalUtilization) * (actualGrowth - ratio);
    this.last.end = {
      heapMarkedPrevBytes: this.heapMarked,
      triggerRatio: ratio,
      triggerBytes: this.trigger,
      actualGrowth,
      heapActualBytes: input.heapLive,
      goalGrowth,
      heapGoalBytes: Math.floor(this.heapMarked * (1 + goalGrowth)),
      utilization,
      goalUtilization: model.goalUtilization,
      scanWork: input.scanWork,
    };
    const next = ratio + triggerGain * error;
    // The order of the comparisons is the runtime's: a ratio that is not a number stays out.
    this.triggerRatio = Math.min(Math.max(next, 0), triggerRatioMax * goalGrowth);
    if (!(this.triggerRatio >= 0)) fail('trigger ratio is not a number', error);
  }

  finishCycle(input: FinishCycleInput): void {
    if (this.model.base === 'reachable') {
      const allocated = input.heapLive - input.initialHeapLive;
      this.heapReachable = Math.max(0, input.bytesMarked - allocated);
    } else {
      this.heapReachable = input.bytesMarked;
    }
    if (this.model.ratio === 'work-ratio' && input.bytesMarked > 0) {
      const ratio = input.scanWork / input.bytesMarked;
      this.workRatioAverage =
        this.workRatioAverage === workRatioInitial
          ? ratio
          : workRatioWeight * ratio + (1 - workRatioWeight) * this.workRatioAverage;
    }
    this.heapMarked = input.bytesMarked;
    this.setTrigger(input.bytesMarked);
  }

  private setTrigger(heapLive: Bytes): void {
    if (this.gcPercent < 0) {
      this.trigger = Number.POSITIVE_INFINITY;
      this.heapGoal = Number.MAX_SAFE_INTEGER;
      return;
    }
    const model = this.model;
    const growth = this.gcPercent / 100;
    const base = this.heapReachable;
    let trigger =
      model.trigger === 'ratio'
        ? Math.trunc(base * (1 + this.triggerRatio))
        : this.heapMarked +
          Math.floor((Math.floor((this.heapMarked * this.gcPercent) / 100) * 7) / 8);
    trigger = Math.max(trigger, this.heapMinimum);
    if (model.sweepFloor) {
      trigger = Math.max(trigger, heapLive + Math.floor(sweepMinHeapDistance * growth));
    }
    this.trigger = trigger;
    this.heapGoal = Math.max(trigger, base + Math.floor(base * growth));
  }

  record(): PacerRecord {
    return this.last;
  }
}
