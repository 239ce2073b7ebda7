#include <algorithm>
#include <array>
#include <string_view>

#include "catalog/image_rows.h"
#include "catalog/locate.h"
#include "catalog/tumour_slices.h"
#include "fathom/core/error.h"
#include "fathom/core/parallel_stage.h"
#include "fathom/read/nifti.h"

namespace fathom {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLeastBrain = 7000;

CatalogCard card() {
  CatalogCard card;
  card.name = "brats";
  card.title = "BraTS 2018, training";
  card.publisher = "Center for Biomedical Image Computing and Analytics, University of Pennsylvania";
  card.version = "MICCAI_BraTS_2018_Data_Training";
  card.domain = "medical";
  card.tasks = {
      {"tumour",
       {"no tumour", "tumour"},
       "axial FLAIR slices: positive where the segmentation has a voxel that is not 0, negative where it has "
       "none; left out where the ten slices from this one on are of both kinds, and where the brain has "
       "fewer "
       "than 7,000 voxels"}};
  card.files = {{"HGG/CASE/CASE_flair.nii.gz", "210 cases of high-grade glioma"},
                {"HGG/CASE/CASE_seg.nii.gz", "their segmentations"},
                {"LGG/CASE/CASE_flair.nii.gz", "75 cases of low-grade glioma"},
                {"LGG/CASE/CASE_seg.nii.gz", "their segmentations"},
                {"*_t1.nii.gz, *_t1ce.nii.gz, *_t2.nii.gz", "other sequences: not read", false}};
  card.group = "the case: one volume";
  card.counts = {{"groups", 285}};
  card.traps = {"neighbouring slices of a case are nearly equal: --across-groups leaves such pairs out",
                "the ten slices are counted upwards alone: nine slices below a tumour are left out, and the "
                "topmost nine of "
                "the tumour itself"};
  card.published =
      "each volume from its 0.1 to its 99.9 percentile to 0..255 and through JPEG; slices whose T2 image has "
      "one region "
      "of 7,000 pixels or more after erosion, closing and filling; slices of one case on both sides of the "
      "split";
  card.fathom =
      "the same labels; the brain is the voxels of FLAIR that are not 0, which skull-stripping leaves, and "
      "need "
      "not be one region: slices near 7,000 voxels may differ from the published ones, whose mask is not "
      "described exactly enough to be made again; values as stored (--view); random subsets with the seed, "
      "whole cases on one side of a split";
  return card;
}

struct Case {
  std::string flair, segmentation;  ///< below home
};

std::string volume_in(const CatalogRequest& request, const fs::path& home, const std::string& folder,
                      const std::string& sequence) {
  const std::string stem = folder.substr(folder.rfind('/') + 1) + "_" + sequence;
  const std::array<std::string, 2> spelled = {stem + ".nii.gz", stem + ".nii"};
  const std::array<std::string_view, 2> names = {spelled[0], spelled[1]};
  return folder + "/" + file_in(request, home / folder, names).filename().string();
}

std::vector<Case> cases_in(const CatalogRequest& request, const fs::path& home) {
  std::vector<Case> cases;
  for (const std::string grade : {"HGG", "LGG"}) {
    if (!fs::is_directory(home / grade)) continue;
    for (const std::string& name : sub_folders(home / grade)) {
      const std::string folder = grade + "/" + name;
      cases.push_back({volume_in(request, home, folder, "flair"), volume_in(request, home, folder, "seg")});
    }
  }
  if (cases.empty()) refuse_download(request, home, "holds no case in HGG and LGG");
  return cases;
}

std::size_t voxels_that_are_not_0(const Image& slice) {
  const auto count = [](const auto& pixels) {
    return pixels.size() - static_cast<std::size_t>(std::ranges::count(pixels, 0));
  };
  switch (slice.type()) {
    case PixelType::uint8:
      return count(slice.pixels<std::uint8_t>());
    case PixelType::uint16:
      return count(slice.pixels<std::uint16_t>());
    case PixelType::float32:
      return count(slice.pixels<float>());
    case PixelType::float64:
      return count(slice.pixels<double>());
  }
  throw InternalError("unknown type of pixel");
}

CaseSlices judge_case(const Case& one, const fs::path& home, const ImageLimits& limits) {
  const NiftiVolume flair(home / one.flair, limits), segmentation(home / one.segmentation, limits);
  flair.check_same_shape(segmentation);
  std::vector<bool> tumour;
  for (std::size_t k = 0; k < segmentation.info().slices(SliceAxis::axial); ++k) {
    const std::vector<std::int32_t> labels = segmentation.labels(SliceAxis::axial, k);
    tumour.push_back(std::ranges::any_of(labels, [](std::int32_t label) { return label != 0; }));
  }
  CaseSlices slices = tumour_slices(tumour);
  std::erase_if(slices.kept, [&](const LabelledSlice& slice) {
    const bool small = voxels_that_are_not_0(flair.slice(SliceAxis::axial, slice.index)) < kLeastBrain;
    if (small) ++slices.small;
    return small;
  });
  return slices;
}

/// "005" of 5.
std::string three_digits(std::size_t number) {
  const std::string text = std::to_string(number);
  return std::string(text.size() < 3 ? 3 - text.size() : 0, '0') + text;
}

DataSet open(const CatalogRequest& request) {
  constexpr std::array<std::string_view, 2> names = {"HGG", "LGG"};
  constexpr std::array<std::string_view, 2> below = {"", "MICCAI_BraTS_2018_Data_Training"};
  const fs::path home = home_of(request, names, below);
  const std::vector<Case> cases = cases_in(request, home);
  std::vector<CaseSlices> judged(cases.size());
  parallel_stage("choosing slices by their segmentation", cases.size(), request.options.threads,
                 *request.options.progress,
                 [&](std::size_t i) { judged[i] = judge_case(cases[i], home, request.options.limits); });
  ImageRows rows;
  std::vector<fs::path> volumes;
  std::vector<NiftiSlice> slices;
  std::size_t ambiguous = 0, small = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    volumes.push_back(home / cases[i].flair);
    ambiguous += judged[i].ambiguous;
    small += judged[i].small;
    for (const LabelledSlice& slice : judged[i].kept) {
      ImageRow row;
      row.path = cases[i].flair + "/axial/" + three_digits(slice.index);
      row.label = slice.tumour ? 1 : 0;
      row.group = cases[i].flair;
      rows.rows.push_back(std::move(row));
      slices.push_back({i, SliceAxis::axial, slice.index});
    }
  }
  note_left_out(rows.notes, ambiguous, "the ten slices from them on have a tumour in part");
  note_left_out(rows.notes, small, "the brain has fewer than 7,000 voxels there");
  if (rows.rows.empty())
    throw InputError(home.string(), "has no slice that the rule keeps", "check the download");
  DataSet data = data_set_of(request, rows);
  data.format = "nifti";
  data.pixels = nifti_slices(volumes, std::move(slices), request.options);
  return data;
}

}  // namespace

CaseSlices tumour_slices(const std::vector<bool>& tumour) {
  constexpr std::size_t window = 10;
  CaseSlices slices;
  for (std::size_t i = 0; i < tumour.size(); ++i) {
    // As published, the last ten slices are judged by themselves alone.
    const std::size_t end = i + window < tumour.size() ? i + window : i + 1;
    const auto first = tumour.begin() + static_cast<std::ptrdiff_t>(i);
    const auto with =
        static_cast<std::size_t>(std::count(first, tumour.begin() + static_cast<std::ptrdiff_t>(end), true));
    if (with > 0 && with < end - i) {
      ++slices.ambiguous;
    } else {
      slices.kept.push_back({i, tumour[i]});
    }
  }
  return slices;
}

CatalogEntry brats_entry() {
  return {card(), open};
}

}  // namespace fathom
