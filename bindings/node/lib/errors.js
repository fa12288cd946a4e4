// SPDX-License-Identifier: MIT
// The exceptions, one class for each category of errors, and the codes that the package itself gives.
'use strict';

class SplitError extends Error {
  constructor(code, codeName, text, faults) {
    const detail = faults && faults.length ? ` (${faults[0].path}: ${faults[0].text})` : '';
    super(`${codeName}: ${text}${detail}`);
    this.name = new.target.name;
    this.code = code;
    this.codeName = codeName;
    this.faults = faults || [];
  }
}
class UsageError extends SplitError {}
class DataError extends SplitError {}
class ResourceError extends SplitError {}
class OutsideError extends SplitError {}
class BugError extends SplitError {}
const CLASSES = { 1: UsageError, 2: DataError, 3: ResourceError, 4: OutsideError };

const ERR_ARG = -101;
const ERR_INDEX = -107;
const ERR_MODE = -108;
const ERR_VALUE = -206;
const ERR_TEXT = -217;

module.exports = { SplitError, UsageError, DataError, ResourceError, OutsideError, BugError, CLASSES, ERR_ARG, ERR_INDEX, ERR_MODE, ERR_VALUE, ERR_TEXT };
