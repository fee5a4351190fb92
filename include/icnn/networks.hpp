// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

/// networks/: networks of layers.

#include "icnn/networks/architecture.hpp"
#include "icnn/networks/chain.hpp"
#include "icnn/networks/compiled_ficnn.hpp"
#include "icnn/networks/compiled_picnn.hpp"
#include "icnn/networks/context_passes.hpp"
#include "icnn/networks/convex_network.hpp"
#include "icnn/networks/convex_passes.hpp"
#include "icnn/networks/describe.hpp"
#include "icnn/networks/feed_forward.hpp"
#include "icnn/networks/feed_forward_chain.hpp"
#include "icnn/networks/ficnn.hpp"
#include "icnn/networks/ficnn_chain.hpp"
#include "icnn/networks/ficnn_view.hpp"
#include "icnn/networks/fold_units.hpp"
#include "icnn/networks/lanes.hpp"
#include "icnn/networks/network_function.hpp"
#include "icnn/networks/network_view.hpp"
#include "icnn/networks/picnn.hpp"
#include "icnn/networks/picnn_batch.hpp"
#include "icnn/networks/picnn_chain.hpp"
#include "icnn/networks/picnn_view.hpp"
#include "icnn/networks/proposition2.hpp"
#include "icnn/networks/sparse_feed_forward.hpp"
