# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the icnn authors
#
# Faults made by hand, one at a time: mutant(what header from to tests...). The suites that are named have to catch it.
# A fault lies well beyond the room that bounds have to spare: half of that would be a fault of nothing.

mutant("rounding: a thousandth of a cut's error" inference/network_model.hpp
       "return 1.01 * error;" "return 0.001 * error;" certificates)
mutant("rounding: sums have none" solvers/rounding.hpp
       "return 4 * static_cast<double>(count + 8) * epsilon;" "return 0 * static_cast<double>(count + 8) * epsilon;"
       solvers certificates)
mutant("rounding: values have none over a region" inference/layer_bounds.hpp
       "slope(j) * e + 2.1 * of_activation * output(j)" "0 * slope(j) * e + 0 * of_activation * output(j)" models)
mutant("rounding: a region's for a value beside it" solvers/solve_log.hpp "cut_error_ <= small && is_in_region(y_)"
       "cut_error_ <= small" solvers)
mutant("rounding: curved bounds have none" solvers/rounding.hpp "return sum - rounding * size - square / m" "return sum"
       solvers)
mutant("rounding: a region a tenth as large as is certain" solvers/solve_log.hpp "return 2.01 * std::sqrt(" "return 0.02 * std::sqrt("
       solvers)
mutant("minorant: a conjugate of the other sign" inference/network_model.hpp
       "constant -= conjugate == 0 ?" "constant += conjugate == 0 ?" models verify)
mutant("minorant: nine tenths of a quadratic's tangent" inference/quadratic_bounds.hpp
       "at_0 -= weighed * first_(form);" "at_0 -= 0.9 * weighed * first_(form);" models)
mutant("rounding: quadratics have none" inference/quadratic_bounds.hpp
       "2.02 * first_(form) * of_d(form)" "0 * first_(form) * of_d(form)" models)
mutant("Hessian: no quadratics" networks/convex_passes.hpp "q.add_hessian(tape.v, forms, column, out);"
       "static_cast<void>(q), static_cast<void>(forms);" models)
mutant("Newton: the lowest of values that are equal" solvers/newton/projected_newton.hpp
       "log_.take_equal(ws_.y, value_);" "static_cast<void>(0);" argmin)
mutant("folding in lockstep: begins at what was solved before" solvers/bundle/neuron_folding.hpp
       "Phase::begin ? log_.best()" "Phase::begin ? bundle_.center" batches)
mutant("minorant: no bias" inference/network_model.hpp "constant += v_(j) * b[j];" "" models verify)
mutant("certificate: what it proves is not compared with what it says" inference/verify_impl.hpp
       "} else if (!(proof.lower_bound >= certificate.lower_bound)) {" "} else if (std::isnan(proof.lower_bound)) {" verify properties)
mutant("certificate: any multiplier will do" solvers/quadratic/polyhedron_region.hpp
       "if (values(i) < 0) return false;" "" solvers verify)
mutant("projection: a simplex of another size" sets/simplex.hpp
       "threshold = (sum - total_) / static_cast<double>(k + 1);" "threshold = (sum - 0.999 * total_) / static_cast<double>(k + 1);"
       sets)
mutant("projection: half way onto a ball" sets/ball.hpp "radius_ / distance * (y(j)" "0.5 * radius_ / distance * (y(j)" sets)
mutant("projection: linear functions are least at the wrong end of a box" sets/box.hpp
       "g(j) * (g(j) > 0 ? lower_(j) : upper_(j))" "g(j) * (g(j) > 0 ? upper_(j) : lower_(j))" sets)
mutant("Farkas: the wrong end" solvers/quadratic/multipliers.hpp "const double end = slope > 0 ? low : high;"
       "const double end = slope > 0 ? high : low;" argmin solvers)
mutant("Farkas: limits with the other sign" solvers/quadratic/multipliers.hpp "constant_ += weight * limits(i);"
       "constant_ -= weight * limits(i);" solvers)
mutant("Farkas: half of a bound that a row implies" solvers/quadratic/implied_bounds.hpp
       "value = others + room / a;" "value = others + 0.5 * room / a;" solvers)
mutant("cuts: an offset of the other sign" solvers/bundle/cuts.hpp "offsets_(size_) = value - product;"
       "offsets_(size_) = value + product;" solvers)
mutant("cuts: errors are not subtracted" solvers/bundle/cuts.hpp "return combined_offset_ - combined_error_;"
       "return combined_offset_;" solvers certificates)
mutant("cuts: the quadratic counts twice" solvers/bundle/cuts.hpp "gradient(j) = g(j) - m * y(j);" "gradient(j) = g(j);"
       solvers)
mutant("Hessian: no output term" inference/network_evaluation.hpp "term_->add_hessian(p_, map);" "" models)
mutant("Hessian: softplus bends half as much" activations/softplus.hpp "S(beta * larger * smaller)}" "S(S(0.5) * beta * larger * smaller)}" activations)
mutant("Newton's active set: what is held becomes free" solvers/newton/active_set.hpp
       "before * slope > tuning.pushed * size" "before * slope < -tuning.pushed * size" solvers)
mutant("Newton's active set: at the wrong bound" solvers/newton/active_set.hpp
       "d(j) = state_(j) < 0 ? lower(j) : state_(j) > 0 ? upper(j) : 0.0;"
       "d(j) = state_(j) < 0 ? upper(j) : state_(j) > 0 ? lower(j) : 0.0;" solvers)
mutant("edit: negative weights pass" core/audit.hpp "if (finite && !(value < 0 && block.non_negative(r, c))) continue;"
       "if (finite) continue;" core)
mutant("edit: NaN passes" core/audit.hpp "if (finite && !(value < 0 && block.non_negative(r, c))) continue;"
       "if (!(value < 0 && block.non_negative(r, c))) continue;" core)
mutant("wide sets: nothing is shown of the faces" solvers/bundle/localize.hpp "return larger || of_face.lower_bound > value;"
       "return true;" argmin solvers)
mutant("wide sets: a box a tenth as large as the gap allows" solvers/bundle/localize.hpp
       "const double reach = 1.01 * std::sqrt(2 * gap / m);" "const double reach = 0.1 * std::sqrt(2 * gap / m);" properties argmin solvers)
mutant("wide sets: a bound in a box counts everywhere" solvers/bundle/localize.hpp
       "raise_bound(bound, best.minorant, result);" "raise_bound(best.lower_bound, best.minorant, result);" properties)
mutant("balls: a bound that lacks a tenth of what was added" inference/ball_dual_impl.hpp
       "part.lower_bound - moved - 8" "part.lower_bound - 0.9 * moved - 8" argmin)
mutant("folding: no bias" inference/network_folding.hpp "slopes(r) * layer.bias(r) + layer.offset" "layer.offset"
       models argmin)
mutant("folding: neurons on another piece stay folded" solvers/bundle/neuron_folding.hpp
       "piece(j, ws_.arguments) != ws_.slopes(j)) set_free(j);" "piece(j, ws_.arguments) > ws_.slopes(j)) set_free(j);" argmin solvers)
mutant("folding: multipliers are slopes of the other piece" solvers/bundle/folded_program.hpp
       "upper(k) / (upper(k) + lower(k))" "lower(k) / (upper(k) + lower(k))" argmin solvers)
mutant("slopes: rounding is not subtracted" solvers/slope_bound.hpp "below.value + rest - below.error" "below.value + rest"
       verify certificates)
mutant("derivative: kinks stay where they are" differentiation/kkt_sensitivity.hpp "weight_[at(j)] > 0 ? c / weight_[at(j)] : 0.0" "0.0"
       differentiation)
mutant("derivative: what does not count makes no difference" differentiation/kkt_sensitivity.hpp "if (is_degenerate || is_weak())"
       "if (is_degenerate)" differentiation)
mutant("derivative: a flat minimum is like any other" differentiation/kkt_sensitivity.hpp
       "if (system_.is_singular()) return DerivativeStatus::not_unique;" "" differentiation)
mutant("a polyhedron that has moved keeps its point" solvers/quadratic/polyhedron_region.hpp
       "set_.violation(center_) <= rounding * size_of_rows_ * (extent() + vec::largest_magnitude(center_));" "true;" argmin)
mutant("columns: gates count with their sign in what rounding may do" inference/gated_maps.hpp
       "room_[j] = std::abs(gate_[j]) * z[j];" "room_[j] = gate_[j] * z[j];" models)
mutant("lockstep: what was found at one point is taken for another" inference/column_model.hpp
       "known_ != nullptr && vec::equal(y, {known_->ws.y.data() + column_ * y.size(), y.size()})" "known_ != nullptr" models)
mutant("multipliers: of bounds that rows imply are nobody's" solvers/quadratic/implied_bounds.hpp
       "step <= g.size(); ++step" "step < 0; ++step" verify)
mutant("multipliers: at the center, not at the minimizer" solvers/solve_log.hpp
       "vec::step_to(below.g, -below.m, below.around, kept.slope);" "vec::copy(below.g, kept.slope);" verify)
mutant("views: a negative W^z is taken" networks/network_view.hpp "if (weights.data()[i] < Scalar(0)) fail" "if (false) fail"
       networks)
mutant("units: squares stay where they were" networks/fold_units.hpp "w.row(form / rank) -= 2 * at_0(form) * a.row(form);" ""
       networks)
mutant("headers: a digit is missing" io/header.hpp "value).ptr);" "value, std::chars_format::general, 15).ptr);" io)
mutant("box steps: sweeps leave the box" solvers/newton/box_step.hpp "d(j) = next;" "d(j) -= slope / h(j, j);" solvers)
mutant("box master: the way back to a bound is not seen" solvers/bundle/box_master.hpp
       "slope += along_(j) * (std::min(std::max(at, l), u) - y(j));" "slope += along_(j) * (at - y(j));" solvers)
mutant("box master: a step leaves the weights' simplex" solvers/bundle/box_master.hpp "direction_(base) -= change_(k);" "" solvers)
