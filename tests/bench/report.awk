# SPDX-License-Identifier: Apache-2.0
# report.awk - what bench.sh has measured as a table, as JSON or as a chart.
#
# -v form=table|json|svg, and what is told of the run: rounds, kernel, espy,
# peer, cpus, took. Reads part=1 ROWS part=2 SAMPLES part=3 STAGES:
#	ROWS	id unit sense peer-goal hand-goal label
#	SAMPLES	id tool value	(">N": it was ended after so long)
#	STAGES	lines as `espy --emit=time` prints them
BEGIN {
	FS = "\t"
	n_tools = split("espy peer hand empty", tools, " ")
	part = 1
}

part == 1 {
	id[++n] = $1; unit[n] = $2; sense[n] = $3
	goal[n, "peer"] = $4; goal[n, "hand"] = $5; label[n] = $6
}

part == 2 && $3 != "-" {
	if (sub(/^>/, "", $3))
		bound[$1, $2] = 1
	v[$1, $2, ++count[$1, $2]] = $3 + 0
}

part == 3 && NF { stage[++stages] = $0 }

# --- numbers ----------------------------------------------------------------

function sort(key, n,	i, j, x) {
	for (i = 2; i <= n; i++) {
		x = v[key, i]
		for (j = i - 1; j > 0 && v[key, j] > x; j--)
			v[key, j + 1] = v[key, j]
		v[key, j + 1] = x
	}
}

function quantile(key, n, q) {
	return v[key, int((n - 1) * q + 1.5)]
}

function summarize(	i, t, key) {
	for (i = 1; i <= n; i++)
		for (t = 1; t <= n_tools; t++) {
			key = id[i] SUBSEP tools[t]
			if (!count[key])
				continue
			sort(key, count[key])
			mid[key] = quantile(key, count[key], 0.5)
			low[key] = quantile(key, count[key], 0.25)
			high[key] = quantile(key, count[key], 0.75)
		}
}

# espy's by the other's; "" when there are not both
function ratio(i, tool,	a, b) {
	if (!count[id[i], "espy"] || !count[id[i], tool])
		return ""
	a = mid[id[i], "espy"]
	b = mid[id[i], tool]
	return b > 0 ? a / b : ""
}

function reached(i, tool,	r, g) {
	r = ratio(i, tool)
	g = goal[i, tool]
	if (r == "" || g == "-")
		return ""
	return (sense[i] == "more" ? r >= g : r <= g) ? "yes" : "no"
}

# --- the table --------------------------------------------------------------

function number(x) {
	return x >= 1000 ? sprintf("%.0f", x) : sprintf("%.1f", x)
}

function cell(i, tool,	key, m) {
	key = id[i] SUBSEP tool
	if (!count[key])
		return "-"
	if (bound[key])
		return ">" number(mid[key])
	m = mid[key]
	if (count[key] < 3 || m <= 0)
		return number(m)
	return number(m) sprintf(" %2.0f%%", 50 * (high[key] - low[key]) / m)
}

function ratio_cell(i, tool,	r, g) {
	r = ratio(i, tool)
	if (r == "")
		return "-"
	g = goal[i, tool]
	return (bound[id[i], tool] ? "<" : "") \
		sprintf(r < 0.1 ? "%.3f" : "%.2f", r) \
		(g == "-" ? "" : " (" g (reached(i, tool) == "no" ? " missed)" \
			: ")"))
}

function table(	i) {
	printf "%s on Linux %s, %d CPUs; %s; %d rounds, %d s\n", espy, kernel,
		cpus, peer == "" ? "bpftrace is missing" : peer, rounds, took
	print "medians, and half the distance of the quartiles; ratios, and " \
		"in brackets what is asked\n"
	printf "%-47s %-4s %13s %13s %13s %9s  %-20s %s\n", "", "", "espy",
		"bpftrace", "by hand", "empty", "espy/bpftrace", "espy/by hand"
	for (i = 1; i <= n; i++)
		printf "%-47s %-4s %13s %13s %13s %9s  %-20s %s\n", label[i],
			unit[i], cell(i, "espy"), cell(i, "peer"),
			cell(i, "hand"),
			count[id[i], "empty"] ? number(mid[id[i], "empty"]) : "-",
			ratio_cell(i, "peer"), ratio_cell(i, "hand")
	if (stages)
		print "\nstages of a compile:"
	for (i = 1; i <= stages; i++)
		print stage[i]
}

# --- JSON -------------------------------------------------------------------

function quoted(s) {
	gsub(/\\/, "\\\\", s)
	gsub(/"/, "\\\"", s)
	gsub(/\t/, "\\t", s)
	gsub(/[\001-\037]/, " ", s)
	return "\"" s "\""
}

function json_tool(i, tool,	key, j, list) {
	key = id[i] SUBSEP tool
	for (j = 1; j <= count[key]; j++)
		list = list (j > 1 ? ", " : "") sprintf("%.2f", v[key, j])
	return sprintf("{\"median\": %.2f, \"low\": %.2f, \"high\": %.2f, " \
		"\"is_bound\": %s, \"samples\": [%s]}", mid[key], low[key],
		high[key], bound[key] ? "true" : "false", list)
}

function json_ratio(i, tool,	r, g) {
	r = ratio(i, tool)
	g = goal[i, tool]
	if (r == "")
		return "null"
	return sprintf("{\"value\": %.4f, \"asked\": %s, \"reached\": %s}", r,
		g == "-" ? "null" : g,
		g == "-" ? "null" : reached(i, tool) == "yes" ? "true" : "false")
}

function json_row(i,	t, s) {
	s = sprintf("    {\"id\": %s, \"what\": %s, \"unit\": %s, \"better\": " \
		"%s", quoted(id[i]), quoted(label[i]), quoted(unit[i]),
		quoted(sense[i]))
	for (t = 1; t <= n_tools; t++)
		if (count[id[i], tools[t]])
			s = s ",\n     " quoted(tools[t]) ": " \
				json_tool(i, tools[t])
	return s ",\n     \"to_peer\": " json_ratio(i, "peer") \
		", \"to_hand\": " json_ratio(i, "hand") "}"
}

function json(	i) {
	printf "{\n  \"espy\": %s,\n  \"peer\": %s,\n  \"kernel\": %s,\n",
		quoted(espy), peer == "" ? "null" : quoted(peer), quoted(kernel)
	printf "  \"cpus\": %d,\n  \"rounds\": %d,\n  \"seconds\": %d,\n", cpus,
		rounds, took
	print "  \"rows\": ["
	for (i = 1; i <= n; i++)
		print json_row(i) (i < n ? "," : "")
	print "  ],\n  \"stages\": ["
	for (i = 1; i <= stages; i++)
		print "    " quoted(stage[i]) (i < stages ? "," : "")
	print "  ]\n}"
}

# --- the chart --------------------------------------------------------------

function escaped(s) {
	gsub(/&/, "\\&amp;", s)
	gsub(/</, "\\&lt;", s)
	gsub(/>/, "\\&gt;", s)
	return s
}

function text(x, y, s, more) {
	printf "<text x=\"%.0f\" y=\"%.0f\"%s>%s</text>\n", x, y,
		more == "" ? "" : " " more, escaped(s)
}

function line(x1, y1, x2, y2, colour) {
	printf "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" " \
		"stroke=\"%s\"/>\n", x1, y1, x2, y2, colour
}

# Of ratios: 0.001 is on the left, 10 on the right.
function ratio_x(r) {
	r = r < 0.001 ? 0.001 : r > 10 ? 10 : r
	return 330 + (log(r) / log(10) + 3) * 110
}

function bar(y, i, tool, colour,	r) {
	r = ratio(i, tool)
	if (r == "")
		return
	printf "<rect x=\"330\" y=\"%.0f\" width=\"%.1f\" height=\"6\" " \
		"fill=\"%s\"/>\n", y, ratio_x(r) - 330, colour
	if (goal[i, tool] != "-")
		line(ratio_x(goal[i, tool]), y - 1, ratio_x(goal[i, tool]),
			y + 7, "black")
	text(ratio_x(r) + 4, y + 6,
		sprintf(r < 0.1 ? "%.3f" : "%.2f", r), "font-size=\"8\"")
}

function has_bars(i) {
	return id[i] !~ /^curve_/ && \
		(ratio(i, "peer") != "" || ratio(i, "hand") != "")
}

function bars(	i, y, d) {
	y = 60
	for (i = 1; i <= n; i++) {
		if (!has_bars(i))
			continue
		text(325, y + 10, label[i] ", " unit[i], "text-anchor=\"end\"")
		bar(y, i, "peer", "#3572b0")
		bar(y + 7, i, "hand", "#d9822b")
		y += 19
	}
	for (d = -3; d <= 1; d++) {
		line(330 + (d + 3) * 110, 48, 330 + (d + 3) * 110, y,
			d ? "#cccccc" : "#888888")
		text(330 + (d + 3) * 110, 44, 10 ^ d, "text-anchor=\"middle\"")
	}
	return y
}

# One panel: a curve of rows curve_NAME_X, both axes logarithmic.
function panel(name, title, x0, y0,	i, x, y, top, tool, t, path, n_points) {
	text(x0, y0 - 6, title)
	line(x0, y0 + 160, x0 + 220, y0 + 160, "#888888")
	line(x0, y0, x0, y0 + 160, "#888888")
	for (t = 1; t <= 3; t++) {
		tool = tools[t]
		path = ""
		n_points = 0
		for (i = 1; i <= n; i++) {
			if (index(id[i], "curve_" name "_") != 1 ||
			    !count[id[i], tool] || mid[id[i], tool] <= 0)
				continue
			x = substr(id[i], length("curve_" name "_") + 1)
			top = log(mid[id[i], tool]) / log(10)
			y = y0 + 160 - (top < 0 ? 0 : top) * 32
			path = path sprintf("%.1f,%.1f ", \
				x0 + log(x) / log(10) * 36, y)
			if (t == 1) {
				text(x0 + log(x) / log(10) * 36, y0 + 172, x,
					"text-anchor=\"middle\" font-size=\"8\"")
				text(x0 + log(x) / log(10) * 36 + 3, y + 10,
					number(mid[id[i], tool]),
					"font-size=\"8\"")
			}
			n_points++
		}
		if (n_points)
			printf "<polyline points=\"%s\" fill=\"none\" " \
				"stroke=\"%s\"/>\n", path,
				t == 1 ? "#2a8f4f" : t == 2 ? "#3572b0" : \
				"#d9822b"
	}
}

function svg(	i, height) {
	height = 60
	for (i = 1; i <= n; i++)
		height += has_bars(i) ? 19 : 0
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"860\" " \
		"height=\"%d\" font-family=\"sans-serif\" font-size=\"10\">\n",
		height + 260
	print "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>"
	text(10, 16, espy " on Linux " kernel, "font-size=\"13\"")
	text(10, 30, "ratios: by bpftrace's blue, by the hand-written tool's " \
		"orange; the mark is what is asked")
	height = bars() + 50
	panel("probes", "ms to attach so many user functions", 40, height)
	panel("entries", "ms to print so many entries (blue: bpftrace)", 320,
		height)
	panel("lines", "ms to compile so many lines", 600, height)
	print "</svg>"
}

END {
	summarize()
	if (form == "json")
		json()
	else if (form == "svg")
		svg()
	else
		table()
}
