// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

/// solvers/: minimisation of convex functions over sets; knows nothing of networks.

#include "icnn/solvers/any_set.hpp"
#include "icnn/solvers/certificate.hpp"
#include "icnn/solvers/cholesky.hpp"
#include "icnn/solvers/cuts.hpp"
#include "icnn/solvers/entropy_bundle.hpp"
#include "icnn/solvers/entropy_master.hpp"
#include "icnn/solvers/interior_point.hpp"
#include "icnn/solvers/level_bundle.hpp"
#include "icnn/solvers/line_search.hpp"
#include "icnn/solvers/mirror_gradient.hpp"
#include "icnn/solvers/mirror_newton.hpp"
#include "icnn/solvers/multipliers.hpp"
#include "icnn/solvers/newton_step.hpp"
#include "icnn/solvers/oracle.hpp"
#include "icnn/solvers/polyhedron_view.hpp"
#include "icnn/solvers/polytope.hpp"
#include "icnn/solvers/projected_gradient.hpp"
#include "icnn/solvers/projected_newton.hpp"
#include "icnn/solvers/proximal_bundle.hpp"
#include "icnn/solvers/result.hpp"
#include "icnn/solvers/search.hpp"
#include "icnn/solvers/settings.hpp"
#include "icnn/solvers/simple_term.hpp"
#include "icnn/solvers/status.hpp"
#include "icnn/solvers/truncated_newton.hpp"
