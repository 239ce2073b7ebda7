// Numbers of a workbook as text: a cell's style alone tells a date from a number.
#pragma once

#include <string>
#include <string_view>

namespace fathom {

/// What a number format shows.
enum class NumberKind { number, date, time };

/// Of a format by its number. Custom formats are numbered from 164. Source: ECMA-376 part 1, 18.8.30.
NumberKind kind_of_built_in_format(unsigned number);
/// Of a format by its code, such as "dd/mm/yyyy" or "0.00". Its colours, conditions and texts in quotes do
/// not count; a format that shows hours or seconds and no day is a time.
NumberKind kind_of_format_code(std::string_view code);

/// A number in the fewest digits that read back as the same double, whole numbers below 10^15 without
/// exponent; text that is no number, itself.
std::string number_text(std::string_view stored);

/// A serial date as "2019-12-05", with " 13:45:00" unless it is midnight; a time (below one day) as
/// "13:45:00". What is no day from 1900 to 9999 stays the number it is. Day 1 is 1900-01-01, and a 29
/// February 1900 that never was is day 60; with `from_1904`, 1904-01-01 is day 0. Source: ECMA-376 part
/// 1, 18.17.4.
std::string date_text(std::string_view stored, NumberKind kind, bool from_1904);

}  // namespace fathom
