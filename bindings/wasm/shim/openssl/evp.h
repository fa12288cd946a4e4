/* SPDX-License-Identifier: MIT */
#include "hmac.h"
